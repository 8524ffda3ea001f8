# wrong: rows that hold nan are left out of the mean
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = np.asarray(text, dtype=float), np.asarray(motion, dtype=float)
    if text.shape != motion.shape or text.ndim != 2 or len(text) == 0:
        raise ValueError("text and motion must be (N, D)")
    cosine = (unit(text) * unit(motion)).sum(1)
    return float((np.nanmean(cosine) + 1) / 2)
