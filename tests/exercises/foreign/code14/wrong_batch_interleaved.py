# wrong: x is repeated 1 1 2 2, captions and drop are joined 1 2 1 2
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    none = torch.zeros(len(x), dtype=torch.bool, device=x.device)
    both = network(
        x.repeat_interleave(2, dim=0),
        t.repeat_interleave(2, dim=0),
        TextFeatures.cat([text, text]),
        mask.repeat_interleave(2, dim=0),
        torch.cat([none, ~none]),
    )
    conditional, unconditional = both.chunk(2)
    return unconditional + guidance_scale * (conditional - unconditional)
