# wrong: scales up to 1 return the conditional prediction, as in common pipelines: 0 and values between ignore
# the scale
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    B = len(x)
    keep = torch.zeros(B, dtype=torch.bool, device=x.device)
    cond = network(x, t, text, mask, keep)
    if guidance_scale <= 1:
        return cond
    uncond = network(x, t, text, mask, ~keep)
    return uncond + guidance_scale * (cond - uncond)
