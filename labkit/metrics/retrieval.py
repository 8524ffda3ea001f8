"""R-precision: does a caption find its own motion among others?

After Guo et al. 2022. They rank by Euclidean distance; here it is by cosine similarity, per caption.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit

TIE = 1e-9  # similarities closer than this count as equal: rounding errors are far smaller


def retrieval_ranks(text: ArrayLike, motion: ArrayLike, same: ArrayLike | None = None) -> np.ndarray:
    """Rank of each caption's motion among all N motions, by cosine similarity → (N,) int, from 1.

    Ties count against: the rank is one plus the number of wrong motions that are *at least* as similar as the
    right one. An evaluator that maps everything to one point therefore ranks every motion last, where a
    strict comparison would rank it first.

    text, motion: (N, D), row i of one belongs to row i of the other.
    same: (N, N) bool, True where motion j is right for caption i too (for instance, equal captions). The
    best-ranked right motion counts, and other right ones do not lower its rank.

    Raises ValueError for `same` of another shape, and as `as_pair` and `unit` do.
    """
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    right = np.eye(len(text), dtype=bool)
    if same is not None:
        same = np.asarray(same, dtype=bool)
        if same.shape != right.shape:
            raise ValueError(f"same: expected shape {right.shape}, got {same.shape}")
        right |= same
    similarity = unit(text) @ unit(motion).T  # (N captions, N motions)
    best = np.where(right, similarity, -np.inf).max(1, keepdims=True)  # (N, 1)
    return 1 + (~right & (similarity >= best - TIE)).sum(1)  # (N,)


def retrieval(
    text: ArrayLike,
    motion: ArrayLike,
    k: Sequence[int] = (1, 2, 3),
    gallery: int | None = 32,
    seed: int = 0,
    same: ArrayLike | None = None,
) -> dict[str, float]:
    """R-precision, 0 to 1: share of captions whose motion is among the first k → {"R1": ..., "R2": ...}.

    text, motion: (N, D). k: one result for each.
    The pairs are shuffled once by `seed` and divided into galleries of that size (32 in Guo et al. 2022; the
    last incomplete one is dropped); each caption searches its own gallery. ``gallery=None`` searches all N
    motions at once, which is harder: chance is k / gallery. Ranks, ties and `same` as in
    :func:`retrieval_ranks`; for motion-to-text exchange the two arguments (and transpose `same`).

    Raises ValueError unless 1 <= gallery <= N, and as :func:`retrieval_ranks` does.
    """
    text, motion = as_pair(text, motion, ("text", "motion"), rows_match=True)
    gallery = len(text) if gallery is None else gallery
    if not 1 <= gallery <= len(text):
        raise ValueError(f"gallery of {gallery} needs as many pairs, got {len(text)}: choose a smaller one")
    order = np.random.default_rng(seed).permutation(len(text))
    batches = order[: len(order) // gallery * gallery].reshape(-1, gallery)  # (galleries, gallery)
    ranks = np.concatenate(
        [
            retrieval_ranks(text[b], motion[b], None if same is None else np.asarray(same)[np.ix_(b, b)])
            for b in batches
        ]
    )
    return {f"R{n}": float((ranks <= n).mean()) for n in k}
