# wrong: the caller's arrays are brought to unit length in place
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    as_pair(text, motion, ("text", "motion"), rows_match=True)
    text, motion = np.asarray(text), np.asarray(motion)
    unit(text), unit(motion)
    text /= np.linalg.norm(text, axis=1, keepdims=True)
    motion /= np.linalg.norm(motion, axis=1, keepdims=True)
    return float(((text * motion).sum(1) + 1).mean() / 2)
