# wrong: the product is divided by the squared lengths
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    unit(text), unit(motion)
    cosine = (text * motion).sum(1) / ((text**2).sum(1) * (motion**2).sum(1))
    return float((cosine + 1).mean() / 2)
