# wrong: CLIPScore: 2.5 max(cos, 0)
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    return float((2.5 * np.maximum((unit(text) * unit(motion)).sum(1), 0)).mean())
