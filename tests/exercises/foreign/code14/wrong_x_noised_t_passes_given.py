# wrong: x is noised by t: the passes are given different x (in-place addition between the passes)
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    drop = torch.ones(len(x), dtype=torch.bool, device=x.device)
    cond = network(x, t, text, mask, ~drop)
    x = x + 0.01 * torch.randn_like(x)
    uncond = network(x, t, text, mask, drop)
    return uncond + guidance_scale * (cond - uncond)
