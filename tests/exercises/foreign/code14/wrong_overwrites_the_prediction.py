# wrong: the network's output without the caption is changed in place
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    keep = torch.zeros(len(x), dtype=torch.bool, device=x.device)
    cond = network(x, t, text, mask, keep)
    uncond = network(x, t, text, mask, ~keep)
    cond -= uncond
    uncond += guidance_scale * cond
    return uncond
