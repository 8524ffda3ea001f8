"""Where to compute, and how precisely: bfloat16 where the processor has it, else float32."""

import os
from contextlib import AbstractContextManager, nullcontext

import torch

from labkit.cores import cores
from labkit.paths import LabError


def best_device(asked: str | None = None) -> str:
    """The device asked for, by default the GPU where there is one. Raises LabError where there is none.

    Apple's GPU ("mps") is not among them: it has no float64, in which the schedule is kept.
    """
    if asked and asked.partition(":")[0] not in ("cpu", "cuda"):
        raise LabError(f"labkit computes on cpu or cuda, not on {asked}: leave out the device")
    if asked == "cuda" and not torch.cuda.is_available():
        raise LabError("there is no GPU that torch can use: leave out --device")
    return asked or ("cuda" if torch.cuda.is_available() else "cpu")


def limit_threads() -> None:
    """Let PyTorch start no more threads than `cores`, unless OMP_NUM_THREADS says how many.

    PyTorch counts the cores that the process may run on, not the part of their time that a container gives.
    """
    if "OMP_NUM_THREADS" not in os.environ and torch.get_num_threads() > cores():
        torch.set_num_threads(cores())


def autocast(device: str | torch.device) -> torch.autocast:
    """A context for the forward pass: bfloat16 where the processor has it, else float32.

    A T4 (capability 7.5) and older processors stay in float32.
    """
    kind = torch.device(device).type
    if kind == "cuda":
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        fast = kind == "cpu" and _cpu_has_bfloat16()
    return torch.autocast(kind, torch.bfloat16, enabled=fast)


def _cpu_has_bfloat16() -> bool:
    """Asked of oneDNN, which multiplies the matrices. PyTorch has no public name for the question, and builds
    without oneDNN (Apple silicon) have no private one either."""
    try:
        return torch.ops.mkldnn._is_mkldnn_bf16_supported()
    except AttributeError:
        return False


def full_precision(device: str | torch.device) -> AbstractContextManager:
    """A context for computations that need float32, inside of `autocast`."""
    kind = torch.device(device).type
    return torch.autocast(kind, enabled=False) if torch.amp.is_autocast_available(kind) else nullcontext()
