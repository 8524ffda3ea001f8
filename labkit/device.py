"""Where to compute, and how precisely: bfloat16 where the processor has it, else float32."""

from contextlib import AbstractContextManager, nullcontext

import torch

from labkit.paths import LabError


def best_device(asked: str | None = None) -> str:
    """The device asked for, by default the GPU where there is one. Raises LabError where there is none."""
    if asked == "cuda" and not torch.cuda.is_available():
        raise LabError("there is no GPU that torch can use: leave out --device")
    return asked or ("cuda" if torch.cuda.is_available() else "cpu")


def autocast(device: str | torch.device) -> torch.autocast:
    """A context for the forward pass. A T4 (capability 7.5) and older processors stay in float32."""
    kind = torch.device(device).type
    if kind == "cuda":
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        fast = kind == "cpu" and torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.autocast(kind, torch.bfloat16, enabled=fast)


def full_precision(device: str | torch.device) -> AbstractContextManager:
    """A context for what must not be rounded, inside of `autocast`."""
    kind = torch.device(device).type
    return torch.autocast(kind, enabled=False) if torch.amp.is_autocast_available(kind) else nullcontext()
