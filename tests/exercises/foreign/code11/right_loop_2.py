# right: loops over the rows in plain Python
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


import math


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text, motion):
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    scores = []
    for u, v in zip(text, motion):
        lu, lv = math.sqrt(sum(p * p for p in u)), math.sqrt(sum(p * p for p in v))
        if lu == 0 or lv == 0:
            raise ValueError("a zero vector has no direction")
        scores.append(0.5 * (1 + sum(p * q for p, q in zip(u, v)) / (lu * lv)))
    return float(sum(scores) / len(scores))
