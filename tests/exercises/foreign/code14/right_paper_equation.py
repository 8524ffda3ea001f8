# right: converts to the paper's w and uses its equation
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(network, x, t, text, mask, guidance_scale):
    w = guidance_scale - 1
    none = mask.new_zeros(len(x))
    conditional = network(x, t, text, mask, none)
    unconditional = network(x, t, text, mask, none.logical_not())
    return (1 + w) * conditional - w * unconditional
