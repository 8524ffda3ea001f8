# right: a loop over Python floats with math.fsum
import math

import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    total = []
    for row_t, row_m in zip(text.tolist(), motion.tolist()):
        length_t, length_m = math.hypot(*row_t), math.hypot(*row_m)
        if length_t == 0 or length_m == 0:
            raise ValueError("a zero vector has no direction")
        total.append(0.5 + 0.5 * math.fsum(p / length_t * (q / length_m) for p, q in zip(row_t, row_m)))
    return math.fsum(total) / len(total)
