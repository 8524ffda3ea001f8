# right: by the distance of unit vectors: (cos + 1)/2 = 1 − |u − v|²/4
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)

    return float(np.mean(1 - ((unit(text) - unit(motion)) ** 2).sum(axis=1) / 4))
