# wrong: the cosine of the two mean vectors
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    u, v = unit(text).mean(0), unit(motion).mean(0)
    return float((1 + u @ v / np.linalg.norm(u) / np.linalg.norm(v)) / 2)
