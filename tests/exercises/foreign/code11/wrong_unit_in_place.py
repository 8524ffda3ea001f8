# wrong: rows are normalised in place, which changes the caller's float64 arrays
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)

    unit(text), unit(motion)
    text /= np.linalg.norm(text, axis=1, keepdims=True)
    motion /= np.linalg.norm(motion, axis=1, keepdims=True)
    return float(np.mean(((text * motion).sum(1) + 1) / 2))
