# wrong: forgets the parentheses: 1/2 is added to the cosine instead of multiplying 1 + cos
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text, motion):
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    cos = (unit(text) * unit(motion)).sum(1)
    return float((cos + 1 / 2).mean())
