# wrong: 1 - d / 2 with the distance d of the unit vectors, where d^2 / 4 belongs
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)

    distance = np.linalg.norm(unit(text) - unit(motion), axis=1)  # 0 (same) to 2 (opposite)
    return float((1 - distance / 2).mean())
