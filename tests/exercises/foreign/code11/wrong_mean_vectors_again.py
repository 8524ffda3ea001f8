# wrong: the cosine of the mean vectors
# named: averaged over the pairs before the cosine
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)
    cosine = (unit(text.mean(0, keepdims=True)) * unit(motion.mean(0, keepdims=True))).sum(1)
    return float(((cosine + 1) / 2).mean())
