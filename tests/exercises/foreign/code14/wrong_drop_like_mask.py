# wrong: drop has the shape of mask, (B, F), instead of (B,)
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    without = network(x, t, text, mask, torch.ones_like(mask))
    with_caption = network(x, t, text, mask, torch.zeros_like(mask))
    return without + guidance_scale * (with_caption - without)
