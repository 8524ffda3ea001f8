# wrong: without rows_match one caption is silently compared with all motions
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"))

    cos = (unit(text) * unit(motion)).sum(axis=1)
    return float(((cos + 1) / 2).mean())
