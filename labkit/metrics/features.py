"""Input checks, unit vectors and distances for the feature metrics."""

import numpy as np
from numpy.typing import ArrayLike


def as_features(x: ArrayLike, name: str, at_least: int = 1) -> np.ndarray:
    """`x` as a finite float64 array (N, D).

    Raises ValueError, with `name` in the message, if x is not (N, D), is not finite, or N < `at_least`.
    """
    x = np.asarray(x, dtype=np.float64)
    if x.ndim != 2:
        raise ValueError(f"{name}: expected features of shape (N, D), got {x.shape}")
    if len(x) < at_least:
        raise ValueError(f"{name}: needs {at_least} or more rows, got {len(x)}")
    if not np.isfinite(x).all():
        raise ValueError(f"{name}: contains NaN or infinity")
    return x


def as_pair(
    a: ArrayLike, b: ArrayLike, names: tuple[str, str], at_least: int = 1, rows_match: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Two feature sets of equal width, (N, D) and (M, D), as float64; with `rows_match` also N = M.

    names: of the two, for messages. Raises ValueError if the sets do not fit, and as `as_features` does.
    """
    a, b = as_features(a, names[0], at_least), as_features(b, names[1], at_least)
    if a.shape[1] != b.shape[1] or (rows_match and len(a) != len(b)):
        raise ValueError(f"{names[0]} {a.shape} and {names[1]} {b.shape} do not fit together")
    return a, b


def unit(x: np.ndarray) -> np.ndarray:
    """Rows of x (N, D) scaled to length 1 → (N, D). Raises ValueError for a row of zeros."""
    length = np.linalg.norm(x, axis=1, keepdims=True)
    if not length.all():
        raise ValueError(f"row {int(np.argmin(length))} is a zero vector: it has no direction to compare")
    return x / length


def squared_distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """|a_i - b_j|² for rows of a (N, D) and b (M, D) → (N, M), never below 0."""
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1)[None, :] - 2 * a @ b.T
    return np.maximum(squares, 0)  # rounding can leave -1e-17
