# right: plain Python loops with fsum on the checked rows
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import math
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)

    scores = []
    for u, v in zip(unit(text).tolist(), unit(motion).tolist()):
        scores.append((1 + math.fsum(p * q for p, q in zip(u, v))) / 2)
    return math.fsum(scores) / len(scores)
