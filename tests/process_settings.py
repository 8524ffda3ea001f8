"""What a learner's session may set for its whole process: name → (a context that sets it, what reads it)."""

import contextlib
import io
import locale
import os
import random
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import matplotlib.pyplot as plt
import numpy as np
import torch


@contextmanager
def changed(read: Callable[[], object], write: Callable[[object], object], value: object) -> Iterator[None]:
    before = read()
    write(value)
    try:
        yield
    finally:
        write(before)


def setting(read: Callable, write: Callable, value: object) -> tuple[Callable, Callable]:
    return lambda: changed(read, write, value), read


@contextmanager
def raised_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@contextmanager
def deleted_folder() -> Iterator[None]:
    with contextlib.chdir(os.sep):
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
        yield


def working_folder() -> str:
    with contextlib.suppress(FileNotFoundError):
        return os.getcwd()
    return "deleted"


@contextmanager
def print_options() -> Iterator[None]:
    torch.set_printoptions(precision=1, threshold=2)
    with np.printoptions(precision=1, threshold=2, legacy="1.13"):
        yield
    torch.set_printoptions(profile="default")


@contextmanager
def little_recursion() -> Iterator[None]:
    """As little as a session can still do something with: 120 calls more than there are now."""
    depth = next(n for n in range(10_000) if not _has_frame(n))
    with changed(sys.getrecursionlimit, sys.setrecursionlimit, depth + 120):
        yield


def _has_frame(depth: int) -> bool:
    with contextlib.suppress(ValueError):
        return sys._getframe(depth) is not None
    return False


def random_states() -> list[object]:
    name, keys, *position = np.random.get_state()
    return [random.getstate(), name, keys.tolist(), *position, torch.get_rng_state().tolist()]


def backends(value: bool) -> None:
    torch.backends.cuda.enable_math_sdp(value)
    torch.backends.cuda.enable_flash_sdp(value)


SETTINGS: dict[str, tuple[Callable[[], AbstractContextManager], Callable[[], object]]] = {
    "float64": setting(torch.get_default_dtype, torch.set_default_dtype, torch.float64),
    "bfloat16": setting(torch.get_default_dtype, torch.set_default_dtype, torch.bfloat16),
    # stands for a GPU: what is made there does not go together with what is on the CPU
    "device": (lambda: torch.device("meta"), torch.get_default_device),
    "deterministic": setting(torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode, "error"),
    "no gradients": setting(torch.is_grad_enabled, torch.set_grad_enabled, False),
    "inference mode": (torch.inference_mode, torch.is_inference_mode_enabled),
    "autocast": (lambda: torch.autocast("cpu", torch.bfloat16), lambda: torch.is_autocast_enabled("cpu")),
    "anomaly detection": setting(torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly, True),
    "matrix precision": setting(
        torch.get_float32_matmul_precision, torch.set_float32_matmul_precision, "medium"
    ),
    "attention kernels": setting(torch.backends.cuda.math_sdp_enabled, backends, False),
    "threads": setting(torch.get_num_threads, torch.set_num_threads, 3),
    "warnings": (raised_warnings, lambda: warnings.filters[0]),
    "numpy errors": (lambda: np.errstate(all="raise"), np.geterr),
    "print options": (print_options, np.get_printoptions),
    "locale": setting(
        lambda: locale.setlocale(locale.LC_ALL), lambda name: locale.setlocale(locale.LC_ALL, name), "C"
    ),
    "working folder": (deleted_folder, working_folder),
    "random state": (contextlib.nullcontext, random_states),
    "pictures": (
        lambda: plt.rc_context({"text.usetex": True, "font.size": 30, "text.color": "white"}),
        lambda: plt.rcParams["font.size"],
    ),
    "recursion limit": (little_recursion, sys.getrecursionlimit),
    "stdout": (lambda: contextlib.redirect_stdout(io.StringIO()), lambda: sys.stdout),
    "no stdout": (lambda: contextlib.redirect_stdout(None), lambda: sys.stdout),
}
