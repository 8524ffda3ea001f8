# wrong: different numbers of rows meet by broadcasting
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"))
    return float(((unit(text) * unit(motion)).sum(1) + 1).mean() / 2)
