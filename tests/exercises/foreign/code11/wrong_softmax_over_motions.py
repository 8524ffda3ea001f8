# wrong: the score is the probability of the right motion among all motions, as in the contrastive loss
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    logits = unit(text) @ unit(motion).T / 0.1
    logits = np.exp(logits - logits.max(axis=1, keepdims=True))
    return float((np.diag(logits) / logits.sum(axis=1)).mean())
