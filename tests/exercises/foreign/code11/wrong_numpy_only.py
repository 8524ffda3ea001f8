# wrong: lists of rows are not converted
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    if text.shape != motion.shape or text.ndim != 2 or not np.isfinite(text).all():
        raise ValueError("not fit")
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    return float(((unit(text) * unit(motion)).sum(1) + 1).mean() / 2)
