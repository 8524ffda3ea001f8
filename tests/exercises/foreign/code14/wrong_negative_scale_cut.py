# wrong: clamps the scale at 0, so that negative scales are not extrapolated
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(network, x, t, text, mask, guidance_scale):
    drop = torch.zeros(len(x), dtype=torch.bool, device=x.device)
    cond = network(x, t, text, mask, drop)
    uncond = network(x, t, text, mask, ~drop)
    s = max(guidance_scale, 0.0)
    return uncond + s * (cond - uncond)
