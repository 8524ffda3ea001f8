"""numba's compilation, kept on disk where that works; a cache that cannot be read or written is ignored."""

from collections.abc import Callable
from contextlib import suppress

import numba


def cache(function: Callable):
    """numba's on-disk cache of a function's machine code, in which damaged files are no error.

    Code that cannot be read is compiled again; code that cannot be written is not stored. Raises ImportError
    where this numba has no such class, RuntimeError where there is no folder for the cache.
    """
    from numba.core.caching import FunctionCache  # no public name

    class Cache(FunctionCache):
        def load_overload(self, sig, target_context):
            try:
                return super().load_overload(sig, target_context)
            except Exception:  # noqa: BLE001 - a cut or foreign file may raise anything in pickle
                with suppress(OSError):
                    self.flush()  # an empty index: the damaged files are written over
                return None

        def save_overload(self, sig, data):
            with suppress(Exception):  # a full disk, a folder that is read-only by now
                super().save_overload(sig, data)

    return Cache(function)


def compiled(function: Callable) -> Callable:
    """numba's nopython compilation of `function`, without the GIL and with NumPy's rules for errors."""
    dispatcher = numba.njit(function, nogil=True, error_model="numpy")
    with suppress(ImportError, RuntimeError):
        dispatcher._cache = cache(function)  # pyright: ignore[reportAttributeAccessIssue] - no public way
    return dispatcher
