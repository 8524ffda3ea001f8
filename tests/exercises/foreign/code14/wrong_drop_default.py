# wrong: leaves drop out of the conditional call, so that its default applies (random in training)
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(network, x, t, text, mask, guidance_scale):
    cond = network(x, t, text, mask)
    uncond = network(x, t, text, mask, torch.ones(len(x), dtype=torch.bool, device=x.device))
    return uncond + guidance_scale * (cond - uncond)
