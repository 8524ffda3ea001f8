# wrong: own normalization with an epsilon, so zero vectors are not refused
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)

    text = text / (np.linalg.norm(text, axis=1, keepdims=True) + 1e-8)
    motion = motion / (np.linalg.norm(motion, axis=1, keepdims=True) + 1e-8)
    return float((((text * motion).sum(axis=1) + 1) / 2).mean())
