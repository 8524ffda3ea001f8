# right: takes the diagonal of the matrix of all cosines
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text, motion):
    u, v = (unit(x) for x in as_pair(text, motion, ("text", "motion"), rows_match=True))
    cosines = np.diagonal(u @ v.T)
    return float(np.average(cosines) / 2 + 0.5)
