# wrong: the mask is not passed on (all frames count as real): padding is attended to
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
    real = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)
    cond = network(x, t, text, real, keep)
    uncond = network(x, t, text, real, ~keep)
    return uncond + guidance_scale * (cond - uncond)
