# wrong: the mean over all features (columns) is subtracted first, over the samples
# named: mean over the set
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)
    text, motion = text - text.mean(0), motion - motion.mean(0)
    cosine = (unit(text) * unit(motion)).sum(1)
    return float(((cosine + 1) / 2).mean())
