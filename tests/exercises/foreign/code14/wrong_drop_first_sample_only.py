# wrong: the caption is withheld from the first sample only
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
    withheld = none.clone()
    withheld[0] = True
    conditional = network(x, t, text, mask, none)
    unconditional = network(x, t, text, mask, withheld)
    return unconditional + guidance_scale * (conditional - unconditional)
