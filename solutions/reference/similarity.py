import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit


def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    """TMR-Score: mean similarity of captions and motions from features (N, D) each; row i belongs to row i.

        score = mean of (cos(text_i, motion_i) + 1) / 2            Petrovich et al. 2024 (STMC)

    This is the only convention used in this lab: features of unit length, scores from 0 (opposite) over 0.5
    (orthogonal) to 1 (same direction). CLIPScore is 2.5 max(cos, 0), and some public code reports 100 cos:
    such numbers cannot be compared with these.

    text, motion: arrays or lists of rows, N, D ≥ 1. Do not change them. Returns a Python or NumPy float, not
    rounded.

    Raises ValueError where N = 0, where either side contains NaN, infinity or a zero vector or is not (N, D),
    and where the shapes differ. `as_pair` and `unit` of `labkit.metrics.features` do all of these checks.
    """
    text, motion = as_pair(text, motion, names=("text", "motion"), rows_match=True)
    cosine = (unit(text) * unit(motion)).sum(1)  # (N,)
    return float(((cosine + 1) / 2).mean())
