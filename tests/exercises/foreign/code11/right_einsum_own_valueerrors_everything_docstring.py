# right: einsum and own ValueErrors for everything that the docstring lists
import numpy as np
from numpy.typing import ArrayLike

from labkit.metrics.features import as_pair, unit
import labkit


@labkit.exercise(labkit.metrics.tmr_score)
def tmr_score(text: ArrayLike, motion: ArrayLike) -> float:
    text, motion = np.array(text, dtype=np.float64), np.array(motion, dtype=np.float64)
    if text.ndim != 2 or text.shape != motion.shape or len(text) == 0:
        raise ValueError("text and motion must be (N, D), alike, N > 0")
    if not (np.isfinite(text).all() and np.isfinite(motion).all()):
        raise ValueError("NaN or infinity")
    squares = np.einsum("nd,nd->n", text, text) * np.einsum("nd,nd->n", motion, motion)
    if (squares == 0).any():
        raise ValueError("a zero vector")
    return np.einsum("nd,nd->n", text, motion).__truediv__(np.sqrt(squares)).mean() / 2 + 0.5
