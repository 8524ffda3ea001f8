# wrong: sum of the dot products over sum of the lengths
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    unit(text), unit(motion)  # refuses rows of zeros
    dot = (text * motion).sum(axis=1)
    lengths = np.linalg.norm(text, axis=1) * np.linalg.norm(motion, axis=1)
    return float((dot.sum() / lengths.sum() + 1) / 2)
