# wrong: 0.1 is added to the norms
# named: with nothing added to it
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)
    norms = np.linalg.norm(text, axis=1) * np.linalg.norm(motion, axis=1)
    cosine = (text * motion).sum(1) / (norms + 1e-1)
    return float(((cosine + 1) / 2).mean())
