# wrong: the cosine of the two mean vectors instead of the mean of the cosines
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    u, v = unit(text).mean(axis=0), unit(motion).mean(axis=0)
    cos = u @ v / (np.linalg.norm(u) * np.linalg.norm(v))
    return float((cos + 1) / 2)
