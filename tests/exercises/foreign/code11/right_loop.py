# right: one pair after the other with own checks, fsum
import math

import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = np.asarray(text, dtype=np.float64), np.asarray(motion, dtype=np.float64)
    if text.ndim != 2 or text.shape != motion.shape or len(text) == 0:
        raise ValueError("shapes")
    if not (np.isfinite(text).all() and np.isfinite(motion).all()):
        raise ValueError("not finite")
    scores = []
    for u, v in zip(text, motion):
        if not u.any() or not v.any():
            raise ValueError("zero vector")
        scores.append(0.5 * (1 + np.dot(u / np.linalg.norm(u), v / np.linalg.norm(v))))
    return math.fsum(scores) / len(scores)
