# wrong: divides the caller's float64 arrays by their norms in place
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text, motion):
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    for x in (text, motion):
        n = np.linalg.norm(x, axis=1, keepdims=True)
        if (n == 0).any():
            raise ValueError("zero vector")
        x /= n
    return float(((text * motion).sum(1) + 1).mean() / 2)
