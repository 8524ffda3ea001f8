# wrong: the cosine is mapped to 0 to 1 twice, once for each pair and once after the mean
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    score = ((unit(text) * unit(motion)).sum(1) + 1) / 2
    return float((score.mean() + 1) / 2)
