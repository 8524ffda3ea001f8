# right: passes by comprehension, torch.lerp for the straight line
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    def prediction(withheld: bool) -> Tensor:
        return network(x, t, text, mask, torch.full(x.shape[:1], withheld, dtype=torch.bool, device=x.device))

    ends = {withheld: prediction(withheld) for withheld in (False, True)}
    return torch.lerp(ends[True], ends[False], float(guidance_scale))
