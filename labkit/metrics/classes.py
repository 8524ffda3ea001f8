"""Nearest class of real motion: does a motion have the content and style asked for?"""

import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, squared_distances


def nearest_class(
    features: ArrayLike, real: ArrayLike, classes: ArrayLike, takes: ArrayLike, own: ArrayLike
) -> np.ndarray:
    """The class of real motion whose mean feature is nearest to each row of features (N, D) → (N,) names.

    real: (M, D) features of real motions. classes: (M,) their names. takes: (M,) their recordings.
    own: (N,) the recording of the caption of row i. It is excluded from the means for that row, so that real
    motion is never compared with itself.

    Classes of a single recording are left out. Distances are Euclidean. Raises ValueError if fewer than two
    classes remain, and as `as_pair` does.
    """
    features, real = as_pair(features, real, ("features", "real"))
    classes, takes, own = np.asarray(classes), np.asarray(takes), np.asarray(own)
    names = [c for c in np.unique(classes) if len(np.unique(takes[classes == c])) > 1]
    if len(names) < 2:
        raise ValueError("needs two or more classes of two or more takes")
    member = (classes[None, :] == np.array(names)[:, None]).astype(float)  # (C, M)
    found = np.empty(len(features), dtype=classes.dtype)
    for take in np.unique(own):
        rows = own == take
        others = member * (takes != take)  # (C, M), C classes
        means = others @ real / others.sum(1, keepdims=True)  # (C, D)
        found[rows] = np.array(names)[squared_distances(features[rows], means).argmin(1)]
    return found
