# wrong: in the batch of 2B the first half is without the caption, but it is taken for the one with it: the
# two are exchanged
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    B = len(x)
    drop = torch.cat([torch.ones(B), torch.zeros(B)]).bool().to(x.device)
    out = network(
        torch.cat([x, x]), torch.cat([t, t]), TextFeatures.cat([text, text]), torch.cat([mask, mask]), drop
    )
    cond, uncond = out.chunk(2)
    return uncond + guidance_scale * (cond - uncond)
