# wrong: scales the caller's own arrays to unit length
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)

    for rows in (text, motion):
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        if not length.all():
            raise ValueError("a zero vector has no direction")
        rows /= length
    cos = (text * motion).sum(axis=1)
    return float(((cos + 1) / 2).mean())
