"""For probes of functions that return one number."""

from collections.abc import Mapping

import numpy as np
from torch import Tensor

from labkit.exercises.probe import describe


def kind(result: object) -> str:
    """A description: "a real number" for a float and what can be formatted like one (of NumPy, of torch)."""
    array = _array(result)
    if isinstance(result, np.ndarray) or array.ndim or array.dtype.kind not in "fiuc":
        return describe(result)
    return "a complex number" if array.dtype.kind == "c" else "a real number"


def number(result: object) -> np.ndarray:
    """The number, also of an array of size one. Of a complex number the real part, see `kind`."""
    array = _array(result)
    if array.size != 1 or array.dtype.kind not in "fiuc":
        raise TypeError(f"found {describe(result)}, expected one number")
    return np.real(array).reshape(())


def accepted(function, cases: Mapping[str, tuple]) -> str:
    """Which of these calls with invalid input do not raise ValueError: "all are refused", or the result
    of each of the others: "b with nan: no error"."""

    def refusal(args: tuple) -> str:
        try:
            function(*args)
        except ValueError:
            return ""
        except Exception as error:  # noqa: BLE001 - a learner's code may raise anything
            return type(error).__name__
        return "no error"

    found = [f"{name}: {result}" for name, args in cases.items() if (result := refusal(args))]
    return ", ".join(found) or "all are refused"


def _array(result: object) -> np.ndarray:
    return np.asarray(result.detach().cpu() if isinstance(result, Tensor) else result)
