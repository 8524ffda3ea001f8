"""TMR-Score: how well a motion fits its caption, like CLIPScore for images (Hessel et al. 2021)."""

import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair
from labkit.stubs import stub


@stub("code11")
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
    # TODO (Code 11): here, or in notebooks/04_analysis.ipynb
    raise NotImplementedError


def tmr_scores(text: ArrayLike, motion: ArrayLike) -> np.ndarray:
    """:func:`tmr_score` of each pair of rows of text and motion (N, D) → (N,).

    Raises ValueError as that function does.
    """
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    return np.array([tmr_score(text[i : i + 1], motion[i : i + 1]) for i in range(len(text))])
