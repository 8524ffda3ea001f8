# wrong: lengths and products are taken along the columns
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    dots = (text * motion).sum(axis=0)
    lengths = np.linalg.norm(text, axis=0) * np.linalg.norm(motion, axis=0)
    return float((dots / lengths + 1).mean() / 2)
