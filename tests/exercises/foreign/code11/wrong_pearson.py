# wrong: each row is centred first, which gives Pearson's correlation
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)

    text = unit(text - text.mean(axis=1, keepdims=True))
    motion = unit(motion - motion.mean(axis=1, keepdims=True))
    return float(((np.sum(text * motion, axis=1) + 1) / 2).mean())
