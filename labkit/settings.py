"""Global settings of Python, NumPy and PyTorch: standard while labkit computes, restored afterwards."""

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

import numpy as np
import torch

T = TypeVar("T")
RECURSION_LIMIT = 1000  # Python's own


@contextmanager
def standard_settings() -> Iterator[None]:
    """A context, and a decorator, in which Python, NumPy and PyTorch are set as labkit's code expects.

    New tensors are float32 on the CPU, gradients are recorded, matrices are multiplied in full precision, and
    warnings, floating-point errors and operations without a deterministic implementation raise nothing.
    Afterwards the session's own settings hold again. What has the standard value is not touched: the prompt
    box computes in a thread, and a cell that runs meanwhile may set it.
    """
    with ExitStack() as stack:
        enter = stack.enter_context
        limit = max(sys.getrecursionlimit(), RECURSION_LIMIT)
        enter(_changed(sys.getrecursionlimit, sys.setrecursionlimit, limit))
        if any(action == "error" for action, *_ in warnings.filters):
            enter(_warnings_not_raised())
        enter(np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"))
        enter(_changed(torch.get_default_dtype, torch.set_default_dtype, torch.float32))
        if torch.empty(0).device.type != "cpu":
            enter(torch.device("cpu"))
        for kind in ("cpu", "cuda"):
            if torch.is_autocast_enabled(kind):
                enter(torch.autocast(kind, enabled=False))
        for read, write, full in _matrix_precisions():
            enter(_changed(read, write, full))
        enter(_changed(torch.backends.cuda.math_sdp_enabled, torch.backends.cuda.enable_math_sdp, True))
        mode = min(torch.get_deterministic_debug_mode(), 1)  # 0: off, 1: warns, 2: raises
        enter(_changed(torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode, mode))
        enter(torch.autograd.set_detect_anomaly(False))
        enter(torch.inference_mode(False))  # and gradients are on
        yield


@contextmanager
def _changed(read: Callable[[], T], write: Callable[[T], object], value: T) -> Iterator[None]:
    before = read()
    if before == value:
        yield
        return
    write(value)
    try:
        yield
    finally:
        write(before)


@contextmanager
def _warnings_not_raised() -> Iterator[None]:
    with warnings.catch_warnings():
        filters: Any = warnings.filters  # a list
        filters[:] = [entry for entry in filters if entry[0] != "error"]
        yield


def _matrix_precisions() -> Iterator[tuple[Callable[[], Any], Callable[[Any], object], Any]]:
    """How to read and to write the precision of matrix products, and the full one. Two names since PyTorch
    2.9, which refuses the older one where a session has used the newer."""
    backends: Any = torch.backends
    if not hasattr(backends.mkldnn, "matmul"):
        yield torch.get_float32_matmul_precision, torch.set_float32_matmul_precision, "highest"
        return
    for place in (backends.mkldnn.matmul, backends.cuda.matmul):
        now = place.fp32_precision
        full = now if now == "none" else "ieee"  # "none": it is not set
        yield (lambda p=place: p.fp32_precision), (lambda v, p=place: setattr(p, "fp32_precision", v)), full
