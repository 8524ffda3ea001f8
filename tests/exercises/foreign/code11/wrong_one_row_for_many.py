# wrong: rows_match is not asked for, so that one caption is broadcast to all motions instead of a ValueError
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"))
    cosine = (unit(text) * unit(motion)).sum(1)
    return float(((cosine + 1) / 2).mean())
