# right: torch.lerp between the two passes: without + w · (with − without)
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    drop = torch.ones_like(t, dtype=torch.bool)
    return torch.lerp(
        network(x, t, text, mask, drop), network(x, t, text, mask, ~drop), float(guidance_scale)
    )
