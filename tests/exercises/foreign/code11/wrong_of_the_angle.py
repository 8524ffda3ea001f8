# wrong: the angle is used, 1 − arccos(cos)/π, instead of (cos + 1)/2
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)

    cosine = (unit(text) * unit(motion)).sum(1).clip(-1, 1)
    return float(np.mean(1 - np.arccos(cosine) / np.pi))
