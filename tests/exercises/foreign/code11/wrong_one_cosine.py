# wrong: computes one cosine of the flattened arrays instead of one a row
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text, motion):
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    unit(text), unit(motion)
    cos = (text * motion).sum() / (np.linalg.norm(text) * np.linalg.norm(motion))
    return float((cos + 1) / 2)
