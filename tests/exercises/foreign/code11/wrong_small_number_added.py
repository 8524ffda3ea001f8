# wrong: A small eps in the denominator instead of refusing zero vectors: they give 0.5 and no ValueError
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)

    dot = (text * motion).sum(axis=1)
    length = np.linalg.norm(text, axis=1) * np.linalg.norm(motion, axis=1)
    return float(((dot / (length + 1e-8) + 1) / 2).mean())
