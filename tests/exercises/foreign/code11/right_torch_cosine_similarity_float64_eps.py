# right: torch's cosine_similarity in float64 with eps 0, after the lab's own checks
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import torch
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)

    unit(text), unit(motion)
    cosine = torch.cosine_similarity(torch.as_tensor(text), torch.as_tensor(motion), dim=1, eps=0.0)
    return cosine.add(1).div(2).mean().item()
