# wrong: features are divided by the sum of their absolute values
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    unit(text), unit(motion)
    u = text / np.abs(text).sum(1, keepdims=True)
    v = motion / np.abs(motion).sum(1, keepdims=True)
    return float(((u * v).sum(1) + 1).mean() / 2)
