# wrong: the line starts at the prediction with the caption: cond + w · (cond − uncond)
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
    return cond + guidance_scale * (cond - uncond)
