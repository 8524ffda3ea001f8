# wrong: a zero vector gives 0.5 instead of ValueError
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    dot = (text * motion).sum(axis=1)
    lengths = np.linalg.norm(text, axis=1) * np.linalg.norm(motion, axis=1)
    cos = np.divide(dot, lengths, out=np.zeros_like(dot), where=lengths > 0)  # no division by zero
    return float(((cos + 1) / 2).mean())
