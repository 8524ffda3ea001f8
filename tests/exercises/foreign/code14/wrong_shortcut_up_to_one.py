# wrong: returns the conditional prediction for every scale up to 1
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(network, x, t, text, mask, guidance_scale):
    drop = torch.zeros(len(x), dtype=torch.bool, device=x.device)
    cond = network(x, t, text, mask, drop)
    if guidance_scale <= 1:
        return cond
    uncond = network(x, t, text, mask, ~drop)
    return uncond + guidance_scale * (cond - uncond)
