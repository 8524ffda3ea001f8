# wrong: returns the score of each pair instead of their mean
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text, motion):
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    return (1 + np.einsum("nd,nd->n", unit(text), unit(motion))) / 2
