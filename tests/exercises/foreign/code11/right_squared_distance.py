# right: by the distance of the unit vectors, |u - v|^2 = 2 - 2 cos
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)

    squares = np.square(np.subtract(unit(text), unit(motion)))
    return 1.0 - squares.sum() / (4 * len(squares))
