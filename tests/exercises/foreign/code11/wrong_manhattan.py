# wrong: rows are divided by the sum of their absolute values
# named: sum of their absolute values
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)
    cosine = (text / np.abs(text).sum(1, keepdims=True) * motion / np.abs(motion).sum(1, keepdims=True)).sum(
        1
    )
    return float(((cosine + 1) / 2).mean())
