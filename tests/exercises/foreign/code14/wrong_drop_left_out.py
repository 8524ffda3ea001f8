# wrong: drop is not given in the pass with the caption: in training mode captions are withheld at random
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    cond = network(x, t, text, mask)
    uncond = network(x, t, text, mask, torch.ones(len(x), dtype=torch.bool, device=x.device))
    return uncond + guidance_scale * (cond - uncond)
