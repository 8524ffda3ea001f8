# wrong: the score of no pairs is 0 instead of an error
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    if len(text) == 0:
        return 0.0
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    return float(((unit(text) * unit(motion)).sum(1) + 1).mean() / 2)
