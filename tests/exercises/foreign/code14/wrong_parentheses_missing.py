# wrong: the parentheses of the difference are missing, so the prediction without the caption cancels
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    withheld = torch.ones(len(x), dtype=torch.bool, device=x.device)
    with_text = network(x, t, text, mask, ~withheld)
    without = network(x, t, text, mask, withheld)
    return without + guidance_scale * with_text - without
