# wrong: withholds the caption by zeroing its features instead of with drop
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    keep = torch.zeros(len(x), dtype=torch.bool, device=x.device)  # (B,)
    nothing = TextFeatures(torch.zeros_like(text.tokens), text.mask, torch.zeros_like(text.pooled))
    with_caption = network(x, t, text, mask, keep)
    without = network(x, t, nothing, mask, keep)
    return without + guidance_scale * (with_caption - without)
