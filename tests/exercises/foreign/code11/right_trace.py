# right: trace of the matrix of all cosines
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    N = text.shape[0]
    return np.trace(unit(text) @ unit(motion).T) / (2 * N) + 0.5
