"""How different motions are from each other (Guo et al. 2022)."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.distance import pdist

from labkit.metrics.features import as_features


def diversity(features: ArrayLike) -> float:
    """Mean Euclidean distance between two rows of features (N, D), over all N (N - 1) / 2 pairs.

    Guo et al. 2022 take 300 random pairs; this is the mean of their result over all pairs, and does not
    depend on the order of the rows. Compare it with that of the real set: more is not better. Raises
    ValueError for N < 2, and as `as_features` does.
    """
    return float(pdist(as_features(features, "features", at_least=2)).mean())


def multimodality(features: ArrayLike) -> float:
    """Mean Euclidean distance between motions of *one* caption.

    features: (C, R, D), R motions for each of C captions. Over all R (R - 1) / 2 pairs of each caption, where
    Guo et al. 2022 take random ones. Raises ValueError for another shape, C < 1 or R < 2.
    """
    features = np.asarray(features, dtype=np.float64)
    if features.ndim != 3 or features.shape[0] < 1 or features.shape[1] < 2:
        raise ValueError(f"expected (captions, 2 or more motions each, D), got {features.shape}")
    i, j = np.triu_indices(features.shape[1], k=1)  # (pairs,) each
    return float(np.linalg.norm(features[:, i] - features[:, j], axis=-1).mean())
