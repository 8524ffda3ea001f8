# wrong: pearson correlation: each row is centred before it is normalised
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)
    cosine = (unit(text - text.mean(1, keepdims=True)) * unit(motion - motion.mean(1, keepdims=True))).sum(1)
    return float(((cosine + 1) / 2).mean())
