# wrong: uses the paper's w: (1 + s) with - s without
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
    return (1 + guidance_scale) * cond - guidance_scale * uncond
