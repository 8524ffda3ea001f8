# wrong: one cosine of all features in one long vector
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    u, v = text.ravel(), motion.ravel()
    return float((1 + u @ v / (np.linalg.norm(u) * np.linalg.norm(v))) / 2)
