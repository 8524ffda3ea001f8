# wrong: the features are normalised along axis 0 (each feature over the samples), not along each row
# named: axis 0
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)

    text = text / np.linalg.norm(text, axis=0, keepdims=True)
    motion = motion / np.linalg.norm(motion, axis=0, keepdims=True)
    return float((((text * motion).sum(1) + 1) / 2).mean())
