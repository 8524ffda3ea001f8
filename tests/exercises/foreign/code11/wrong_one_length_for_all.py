# wrong: np.linalg.norm without an axis is the norm of the whole matrix: all rows are divided by one number
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)

    unit(text), unit(motion)
    cosine = (text * motion).sum(1) / (np.linalg.norm(text) * np.linalg.norm(motion))
    return float(((cosine + 1) / 2).mean())
