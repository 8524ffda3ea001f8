# wrong: scores below 0.5 are cut: max(cos, 0)
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)
    cosine = (unit(text) * unit(motion)).sum(1)
    return float(((np.maximum(cosine, 0) + 1) / 2).mean())
