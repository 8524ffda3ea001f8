# right: computes the score from the length of the chord: 1 - |u - v|^2 / 4
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text, motion):
    a, b = as_pair(text, motion, ("text", "motion"), rows_match=True)
    return np.mean(1 - ((unit(a) - unit(b)) ** 2).sum(axis=-1) / 4)
