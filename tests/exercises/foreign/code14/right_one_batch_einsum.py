# right: one pass of 2B, the weights 1 - w and w by einsum
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    B = x.shape[0]
    drop = torch.tensor([[True], [False]], device=x.device).expand(2, B).flatten()  # (2B,)
    both = network(
        x.repeat(2, 1, 1), t.repeat(2), TextFeatures.cat([text] * 2), mask.repeat(2, 1), drop
    ).unflatten(0, (2, B))  # (2, B, F, D)
    weights = both.new_tensor([1 - guidance_scale, guidance_scale])
    return torch.einsum("k,kbfd->bfd", weights, both)
