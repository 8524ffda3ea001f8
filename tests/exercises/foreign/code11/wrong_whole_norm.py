# wrong: the length of the whole array instead of each row's
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    text = text / np.linalg.norm(text)
    motion = motion / np.linalg.norm(motion)
    return float(((text * motion).sum(1) + 1).mean() / 2)
