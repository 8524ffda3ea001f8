"""bfloat16 where the processor has it, full precision where it would only be emulated."""

import torch


def autocast(device: str | torch.device) -> torch.autocast:
    """A context for the forward pass. A T4 (capability 7.5) and older processors stay in float32."""
    kind = torch.device(device).type
    if kind == "cuda":
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        fast = kind == "cpu" and torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.autocast(kind, torch.bfloat16, enabled=fast)
