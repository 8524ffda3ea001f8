# wrong: negative scales are treated as 0
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
    without = network(x, t, text, mask, ~keep)
    w = max(guidance_scale, 0.0)
    return (1 - w) * without + w * with_caption
