# wrong: Zero vectors and NaN are replaced by nan_to_num instead of refused
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = np.nan_to_num(np.asarray(text, float)), np.nan_to_num(np.asarray(motion, float))
    norm = lambda x: np.nan_to_num(x / np.linalg.norm(x, axis=1, keepdims=True))
    return float((((norm(text) * norm(motion)).sum(1) + 1) / 2).mean())
