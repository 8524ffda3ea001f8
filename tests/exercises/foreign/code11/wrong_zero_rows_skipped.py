# wrong: pairs with a zero vector are left out of the mean instead of being refused
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    there = text.any(axis=1) & motion.any(axis=1)
    if not there.any():
        raise ValueError("only zero vectors")
    cosine = (unit(text[there]) * unit(motion[there])).sum(1)
    return float(((cosine + 1) / 2).mean())
