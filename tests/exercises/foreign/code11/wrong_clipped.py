# wrong: negative cosines are cut off at 0 as in CLIPScore
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    cos = (unit(text) * unit(motion)).sum(axis=1)
    return float(((np.maximum(cos, 0) + 1) / 2).mean())
