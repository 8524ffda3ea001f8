# wrong: the sum goes over the rows, not the features
# named: The sum of products goes over the rows
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)
    cosine = (unit(text) * unit(motion)).sum(0)
    return float(((cosine + 1) / 2).mean())
