# wrong: one norm for the whole array instead of one for each row
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)

    unit(text), unit(motion)  # refuses zero vectors
    cos = np.sum(text * motion) / (np.linalg.norm(text) * np.linalg.norm(motion))
    return float((cos + 1) / 2)
