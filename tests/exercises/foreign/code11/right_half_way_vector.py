# right: the squared length of (u + v) / 2 is (1 + cos) / 2
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    pair = as_pair(text, motion, ("text", "motion"), rows_match=True)
    middle = np.mean([unit(side) for side in pair], axis=0)  # (N, D)
    return np.square(middle).sum(axis=1).mean()
