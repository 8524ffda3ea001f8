# right: two passes, w · with + (1 − w) · without
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    B = x.size(0)
    predictions = {}
    for withheld in (True, False):
        drop = torch.full((B,), withheld, dtype=torch.bool, device=x.device)
        predictions[withheld] = network(x, t, text, mask, drop)
    return guidance_scale * predictions[False] + (1 - guidance_scale) * predictions[True]
