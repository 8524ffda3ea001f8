# wrong: the products are averaged over features instead of summed
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    return float(((unit(text) * unit(motion)).mean() + 1) / 2)
