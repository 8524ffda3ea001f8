# wrong: the cosine is taken between the mean caption and the mean motion, not pair by pair
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)

    unit(text), unit(motion)
    t, m = text.mean(0, keepdims=True), motion.mean(0, keepdims=True)
    return float((unit(t) @ unit(m).T).item() + 1) / 2
