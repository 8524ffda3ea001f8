# wrong: sets negative cosines to 0, as CLIPScore does, before they are mapped
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text, motion):
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    cos = (unit(text) * unit(motion)).sum(1)
    return float(((np.maximum(cos, 0) + 1) / 2).mean())
