# wrong: normalises columns (axis 0) instead of rows
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text, motion):
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    u = text / np.linalg.norm(text, axis=0, keepdims=True)
    v = motion / np.linalg.norm(motion, axis=0, keepdims=True)
    return float(((1 + (u * v).sum(1)) / 2).mean())
