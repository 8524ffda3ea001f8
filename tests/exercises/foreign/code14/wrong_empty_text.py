# wrong: makes the unconditional prediction with features of zeros and drop False
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(network, x, t, text, mask, guidance_scale):
    keep = torch.zeros(len(x), dtype=torch.bool, device=x.device)
    empty = TextFeatures(torch.zeros_like(text.tokens), text.mask, torch.zeros_like(text.pooled))
    cond = network(x, t, text, mask, keep)
    uncond = network(x, t, empty, mask, keep)
    return uncond + guidance_scale * (cond - uncond)
