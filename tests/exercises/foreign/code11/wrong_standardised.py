# wrong: features are standardised over the set
# named: Pairs do not affect each other
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)
    cosine = (
        unit((text - text.mean(0) + 1e-12) / (text.std(0) + 1e-12))
        * unit((motion - motion.mean(0) + 1e-12) / (motion.std(0) + 1e-12))
    ).sum(1)
    return float(((cosine + 1) / 2).mean())
