# wrong: every scale up to 1 is taken for 'no guidance'
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
    with_caption = network(x, t, text, mask, keep)
    if guidance_scale <= 1:  # guidance is switched off
        return with_caption
    without = network(x, t, text, mask, ~keep)
    return without + guidance_scale * (with_caption - without)
