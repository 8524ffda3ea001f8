# right: one batch of 2B with repeat, first without, then with; einsum with the weights (1 − w, w)
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
    text2 = TextFeatures(text.tokens.repeat(2, 1, 1), text.mask.repeat(2, 1), text.pooled.repeat(2, 1))
    drop = torch.arange(2 * B, device=x.device) < B
    both = network(x.repeat(2, 1, 1), t.repeat(2), text2, mask.repeat(2, 1), drop).unflatten(0, (2, B))
    weights = both.new_tensor([1 - guidance_scale, guidance_scale])
    return torch.einsum("k,kbfd->bfd", weights, both)
