# wrong: np.linalg.norm without axis: one length for the whole array
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    unit(text), unit(motion)  # refuses rows of zeros
    text = text / np.linalg.norm(text)
    motion = motion / np.linalg.norm(motion)
    cos = (text * motion).sum(axis=1)
    return float(((cos + 1) / 2).mean())
