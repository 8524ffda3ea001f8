# wrong: rescales the result to the standard deviation of the conditional prediction (Lin et al. 2023)
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(network, x, t, text, mask, guidance_scale):
    drop = torch.ones(len(x), dtype=torch.bool, device=x.device)
    cond = network(x, t, text, mask, ~drop)
    uncond = network(x, t, text, mask, drop)
    out = uncond + guidance_scale * (cond - uncond)
    return out * (cond.std(dim=(1, 2), keepdim=True) / out.std(dim=(1, 2), keepdim=True))
