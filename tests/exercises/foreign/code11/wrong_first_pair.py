# wrong: the return stands in the loop, so only the first pair counts
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    total = 0
    for u, v in zip(unit(text), unit(motion)):
        total += (u @ v + 1) / 2
        return float(total)
