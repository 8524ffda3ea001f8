# wrong: the mean of each row is subtracted first, which makes it a correlation
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    text = text - text.mean(1, keepdims=True)
    motion = motion - motion.mean(1, keepdims=True)
    return float(((unit(text) * unit(motion)).sum(1) + 1).mean() / 2)
