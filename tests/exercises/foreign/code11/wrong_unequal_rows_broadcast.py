# wrong: rows_match forgotten: one caption is paired with every motion
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"))
    cos = np.einsum("...d,...d->...", unit(text), unit(motion))
    return float(((cos + 1) / 2).mean())
