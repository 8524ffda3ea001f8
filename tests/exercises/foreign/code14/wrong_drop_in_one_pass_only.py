# wrong: the conditional pass is called without drop
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    withheld = torch.ones(len(x), dtype=torch.bool, device=x.device)
    conditional = network(x, t, text, mask)
    unconditional = network(x, t, text, mask, withheld)
    return unconditional + guidance_scale * (conditional - unconditional)
