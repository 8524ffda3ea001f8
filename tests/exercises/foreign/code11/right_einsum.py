# right: uses einsum and maps after the mean
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text, motion):
    t, m = as_pair(text, motion, names=("text", "motion"), rows_match=True)
    return (np.einsum("ij,ij->", unit(t), unit(m)) / len(t) + 1) / 2
