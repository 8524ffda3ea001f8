# wrong: the maximum over motions for each caption (retrieval) instead of its own motion
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)
    cosine = (unit(text) @ unit(motion).T).max(1)
    return float(((cosine + 1) / 2).mean())
