# right: one batch of 2B by repeat, unconditional half first; in place on its own output copy
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(network, x, t, text, mask, guidance_scale):
    B = x.size(0)
    drop = torch.arange(2 * B, device=x.device) < B
    out = network(x.repeat(2, 1, 1), t.repeat(2), TextFeatures.cat([text] * 2), mask.repeat(2, 1), drop)
    free, caption = out[:B], out[B:]
    result = caption - free
    result = result * guidance_scale
    return result + free
