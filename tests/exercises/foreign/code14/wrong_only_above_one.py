# wrong: guidance only where the scale is above 1, as image pipelines do it
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
    conditional = network(x, t, text, mask, none)
    if guidance_scale <= 1:  # no guidance, save a pass
        return conditional
    unconditional = network(x, t, text, mask, ~none)
    return unconditional + guidance_scale * (conditional - unconditional)
