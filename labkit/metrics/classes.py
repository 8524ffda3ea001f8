"""Which class of real motion a motion is nearest to: did the asked-for content and style come out?"""

import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, squared_distances


def nearest_class(
    features: ArrayLike, real: ArrayLike, classes: ArrayLike, takes: ArrayLike, own: ArrayLike
) -> np.ndarray:
    """The class of real motion whose mean feature is nearest to each row of features (N, D): (N,) names.

    real: (M, D) features of real motions. classes: (M,) their names. takes: (M,) which recording each is of.
    own: (N,) the recording that row i was asked to be like. It is left out of all means for that row, so
    that real motion, measured beside generated motion, is never compared with itself.

    A class of a single recording is no class. Raises ValueError where fewer than two are left.
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
        others = member * (takes != take)
        means = others @ real / others.sum(1, keepdims=True)
        found[rows] = np.array(names)[squared_distances(features[rows], means).argmin(1)]
    return found
