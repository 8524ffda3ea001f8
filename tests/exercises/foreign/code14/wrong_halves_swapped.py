# wrong: withheld captions come first in the batch of 2B, but the first half is taken as the one with captions
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(network, x, t, text, mask, guidance_scale):
    B = len(x)
    drop = torch.cat([torch.ones(B), torch.zeros(B)]).bool().to(x.device)
    out = network(
        torch.cat([x, x]), torch.cat([t, t]), TextFeatures.cat([text, text]), torch.cat([mask, mask]), drop
    )
    cond, uncond = out.chunk(2)
    return uncond + guidance_scale * (cond - uncond)
