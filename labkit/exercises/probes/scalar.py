"""For probes of functions that return one number."""

import numpy as np
from torch import Tensor

from labkit.exercises.probe import describe


def kind(result: object) -> str:
    """In words: "a real number" for a float and whatever is like one (NumPy's, 0-d arrays)."""
    array = _array(result)
    if array.ndim or array.dtype.kind not in "fiuc":
        return describe(result)
    return "a complex number" if array.dtype.kind == "c" else "a real number"


def number(result: object) -> np.ndarray:
    """The one number, also out of an array of one; of a complex one the real part: `kind` tells of these."""
    array = _array(result)
    if array.size != 1 or array.dtype.kind not in "fiuc":
        raise TypeError(f"found {describe(result)}, expected one number")
    return np.real(array).reshape(())


def refusal(function, *args: object) -> str:
    """What comes of a call with input that is no good: "ValueError" as promised, another error, or none."""
    try:
        function(*args)
    except ValueError:
        return "ValueError"
    except Exception as error:  # noqa: BLE001 - a learner's code may raise anything
        return type(error).__name__
    return "no error"


def _array(result: object) -> np.ndarray:
    return np.asarray(result.detach().cpu() if isinstance(result, Tensor) else result)
