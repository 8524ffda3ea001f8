# wrong: all pairs of captions and motions are averaged (N × N), not only the matching ones
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)

    similarity = unit(text) @ unit(motion).T
    return float(((similarity + 1) / 2).mean())
