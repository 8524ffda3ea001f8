# wrong: a small number is added to the lengths, and zero vectors pass
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    lengths = np.linalg.norm(text, axis=1) * np.linalg.norm(motion, axis=1) + 1e-8
    return float(((text * motion).sum(1) / lengths + 1).mean() / 2)
