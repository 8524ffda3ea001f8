# wrong: adds an epsilon to the norm, so a zero vector is not refused
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text, motion):
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    u = text / (np.linalg.norm(text, axis=1, keepdims=True) + 1e-8)
    v = motion / (np.linalg.norm(motion, axis=1, keepdims=True) + 1e-8)
    return float(((u * v).sum(1).mean() + 1) / 2)
