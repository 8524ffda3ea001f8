"""For probes of functions that return one number."""

from collections.abc import Callable, Mapping

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


def rounded(result: object) -> bool:
    """Is it a number with three to nine decimals? One that is not rounded has more. (With fewer it may be a
    constant, such as 0.5.)"""
    if kind(result) != "a real number":
        return False
    value = float(number(result))
    return value == round(value, 9) and value != round(value, 2)


def accepted(function, cases: Mapping[str, tuple]) -> str:
    """Which of these calls with invalid input do not raise ValueError: "all are refused", or the result
    of each of the others: "b with nan: no error"."""

    def refusal(args: tuple) -> str:
        try:
            function(*args)
        except np.linalg.LinAlgError:  # a ValueError too, but by accident: another LAPACK returns nan
            return "LinAlgError"
        except ValueError:
            return ""
        except Exception as error:  # noqa: BLE001 - a learner's code may raise anything
            return type(error).__name__
        return "no error"

    found = [f"{name}: {result}" for name, args in cases.items() if (result := refusal(args))]
    return ", ".join(found) or "all are refused"


def depends_on(function: Callable, arguments: tuple, changed: Mapping[str, tuple]) -> str:
    """Which changes of the arguments change the result of a function of one number: "a + b".

    changed: other arguments of the same shapes, by what was changed. The first call is repeated at the end:
    a difference is named "an earlier call".
    """
    calls = {"": arguments, **changed, "an earlier call": arguments}
    results = {name: number(function(*given)) for name, given in calls.items()}
    found = [name for name, x in results.items() if not np.isclose(x, results[""], 1e-9, 0, True)]
    return " + ".join(found) or "nothing"


def ratio(a: object, b: object) -> np.ndarray:
    """The quotient of two such results."""
    with np.errstate(all="ignore"):
        return number(a) / number(b)


def _array(result: object) -> np.ndarray:
    return np.asarray(result.detach().cpu() if isinstance(result, Tensor) else result)
