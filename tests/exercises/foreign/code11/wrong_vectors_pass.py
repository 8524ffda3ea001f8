# wrong: single vectors are taken for sets of one
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = (
        np.atleast_2d(np.asarray(text, dtype=float)),
        np.atleast_2d(np.asarray(motion, dtype=float)),
    )
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    return float(((unit(text) * unit(motion)).sum(1) + 1).mean() / 2)
