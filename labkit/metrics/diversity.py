"""How different motions are from each other, whatever they are (Guo et al. 2022)."""

import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_features


def diversity(features: ArrayLike, pairs: int = 300, seed: int = 0) -> float:
    """Mean distance of `pairs` random pairs of rows of features (N, D); no row is used twice.

    With fewer than 2 `pairs` rows there are N // 2 pairs. Read it beside the real set's: more is not better.
    """
    features = as_features(features, "features", at_least=2)
    order = np.random.default_rng(seed).permutation(len(features))
    pairs = min(pairs, len(order) // 2)
    first, second = features[order[:pairs]], features[order[pairs : 2 * pairs]]
    return float(np.linalg.norm(first - second, axis=1).mean())


def multimodality(features: ArrayLike) -> float:
    """Mean distance between motions of *one* caption: features (C, R, D), R motions for each of C captions.

    Over all R (R - 1) / 2 pairs, hence without the random draw of the paper, whose mean it is.
    """
    features = np.asarray(features, dtype=np.float64)
    if features.ndim != 3 or features.shape[0] < 1 or features.shape[1] < 2:
        raise ValueError(f"expected (captions, 2 or more motions each, D), got {features.shape}")
    i, j = np.triu_indices(features.shape[1], k=1)
    return float(np.linalg.norm(features[:, i] - features[:, j], axis=-1).mean())
