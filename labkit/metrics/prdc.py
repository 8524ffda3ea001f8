"""Precision and recall (Kynkäänniemi et al. 2019), density and coverage (Naeem et al. 2020)."""

import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, squared_distances

CHUNK = 512  # rows of distances held at once: 20 MB against 5,000 points


def _chunks(n: int) -> list[slice]:
    """Slices of at most CHUNK rows that cover n rows."""
    return [slice(start, start + CHUNK) for start in range(0, n, CHUNK)]


def _squared_radii(x: np.ndarray, k: int) -> np.ndarray:
    """Squared distance of each row of x (N, D) to its k-th nearest *other* row, (N,)."""
    radii = np.empty(len(x))
    for rows in _chunks(len(x)):
        distances = squared_distances(x[rows], x)
        itself = np.arange(len(distances))
        distances[itself, itself + rows.start] = np.inf
        radii[rows] = np.partition(distances, k - 1, axis=1)[:, k - 1]
    return radii


def prdc(real: ArrayLike, generated: ArrayLike, k: int = 5) -> dict[str, float]:
    """Fidelity and variety of a generated set, by nearest neighbours → a dict of four numbers.

    Every point has a ball that reaches to its k-th nearest neighbour in its own set; the union of the balls
    estimates the set's support. With real features x_i (N, D) and generated ones y_j (M, D):

        precision   share of y_j inside at least one real ball            Kynkäänniemi et al. 2019, eq. 2
        recall      share of x_i inside at least one generated ball       the same, arguments exchanged
        density     mean number of real balls around y_j, divided by k    Naeem et al. 2020
        coverage    share of x_i whose ball holds at least one y_j        Naeem et al. 2020

    Precision and density measure fidelity, recall and coverage variety. Density may exceed 1. The order of
    the arguments matters: exchanged, precision and recall swap, and density and coverage change.

    Raises ValueError unless both sets have more than k rows and k >= 1, and as `as_pair` does.
    """
    if k < 1:
        raise ValueError(f"k must be 1 or more, got {k}")
    x, y = as_pair(real, generated, ("real", "generated"), at_least=k + 1)
    centre = x.mean(0)  # distances do not change, their rounding errors shrink
    x, y = x - centre, y - centre
    real_radii, generated_radii = _squared_radii(x, k), _squared_radii(y, k)  # (N,), (M,)

    balls_around = np.zeros(len(y))  # (M,), how many real balls hold y_j
    covered, recalled = np.empty(len(x), dtype=bool), np.empty(len(x), dtype=bool)
    for rows in _chunks(len(x)):
        distances = squared_distances(x[rows], y)  # (rows, M)
        in_real_ball = distances <= real_radii[rows, None]  # the ball belongs to x_i: one radius a row
        in_generated_ball = distances <= generated_radii[None, :]  # it belongs to y_j: one radius a column
        balls_around += in_real_ball.sum(0)
        covered[rows] = in_real_ball.any(1)
        recalled[rows] = in_generated_ball.any(1)
    return {
        "precision": float((balls_around > 0).mean()),
        "recall": float(recalled.mean()),
        "density": float(balls_around.mean() / k),
        "coverage": float(covered.mean()),
    }
