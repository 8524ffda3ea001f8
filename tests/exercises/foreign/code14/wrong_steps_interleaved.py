# wrong: in the batch of 2B the steps are interleaved, everything else is stacked
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
    drop = torch.arange(2 * B, device=x.device) < B  # the first half without captions
    both = network(
        torch.cat([x, x]),
        t.repeat_interleave(2),
        TextFeatures.cat([text, text]),
        torch.cat([mask, mask]),
        drop,
    )
    without, with_caption = both.chunk(2)
    return without + guidance_scale * (with_caption - without)
