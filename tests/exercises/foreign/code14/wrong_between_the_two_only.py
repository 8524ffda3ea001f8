# wrong: the scale is limited to 0 to 1, so the result never lies beyond the two predictions
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
    w = min(max(guidance_scale, 0.0), 1.0)
    return torch.lerp(without, with_text, w)
