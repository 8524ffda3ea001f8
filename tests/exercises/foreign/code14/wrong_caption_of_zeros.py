# wrong: zero features in the place of drop
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    none = torch.zeros(len(x), dtype=torch.bool, device=x.device)
    empty = TextFeatures(torch.zeros_like(text.tokens), text.mask, torch.zeros_like(text.pooled))
    conditional = network(x, t, text, mask, none)
    unconditional = network(x, t, empty, mask, none)
    return unconditional + guidance_scale * (conditional - unconditional)
