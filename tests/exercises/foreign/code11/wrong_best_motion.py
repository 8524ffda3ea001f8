# wrong: each caption is scored with the motion that fits it best, not with its own
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    cosine = unit(text) @ unit(motion).T
    return float(((cosine.max(axis=1) + 1) / 2).mean())
