# wrong: w is taken absolute (or cut at 0): negative scales are refused silently
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
    uncond = network(x, t, text, mask, drop)
    return uncond + max(guidance_scale, 0) * (cond - uncond)
