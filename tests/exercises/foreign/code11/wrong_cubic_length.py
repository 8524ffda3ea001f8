# wrong: rows are divided by their 3-norm
# named: Rotated features
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)
    cosine = (text / np.linalg.norm(text, 3, 1, True) * motion / np.linalg.norm(motion, 3, 1, True)).sum(1)
    return float(((cosine + 1) / 2).mean())
