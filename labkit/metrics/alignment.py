"""Distance of one motion to a part of another, independent of their timing."""

import numpy as np
from numpy.typing import ArrayLike

from labkit.compiled import compiled


@compiled
def _cheapest_path(cost: np.ndarray) -> float:
    """The least sum of costs (F, G) along a path through all F rows, from any column to any column."""
    best = cost[0].copy()  # (G,), the least cost up to each frame of the clip; any of them may be the first
    for i in range(1, cost.shape[0]):
        previous, best = best, np.empty_like(best)
        best[0] = previous[0] + cost[i, 0]
        for j in range(1, cost.shape[1]):
            best[j] = cost[i, j] + min(previous[j - 1], previous[j], best[j - 1])
    return best.min()


def aligned_distance(motion: ArrayLike, clip: ArrayLike) -> float:
    """Subsequence dynamic time warping (Müller 2007, sec. 4.4): mean distance over the motion, metres.

    motion: (F, J, 3), clip: (G, J, 3), joints relative to the body, metres. The whole motion is aligned with
    any part of the clip, monotonically in time. The cost of a pair of frames is the root mean square of its J
    joint distances; the sum along the best path is divided by F. 0 if the motion is a piece of the clip.
    Inputs are not checked.
    """
    motion, clip = (np.asarray(x, dtype=np.float64).reshape(len(x), -1) for x in (motion, clip))  # (·, 3J)
    squares = (motion**2).sum(1)[:, None] + (clip**2).sum(1) - 2 * motion @ clip.T  # (F, G)
    cost = np.sqrt(np.maximum(squares, 0) / (motion.shape[1] / 3))  # (F, G)
    return float(_cheapest_path(cost)) / len(motion)
