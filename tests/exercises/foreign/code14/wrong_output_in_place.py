# wrong: sub_, mul_ and add_ change the network's output
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
    unconditional = network(x, t, text, mask, ~none)
    conditional = network(x, t, text, mask, none)
    return conditional.sub_(unconditional).mul_(guidance_scale).add_(unconditional)
