# right: one batch of 2B, withheld half first, the weighted sum in float64 and back
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    B, F, D = x.shape
    drop = torch.arange(2 * B, device=x.device) < B
    pairs = [torch.cat((part, part), dim=0) for part in (x, t, mask)]
    both = network(pairs[0], pairs[1], TextFeatures.cat([text] * 2), pairs[2], drop)
    weights = torch.tensor([1 - guidance_scale, guidance_scale], dtype=torch.float64, device=x.device)
    return torch.tensordot(weights, both.reshape(2, B, F, D).double(), dims=1).to(both.dtype)
