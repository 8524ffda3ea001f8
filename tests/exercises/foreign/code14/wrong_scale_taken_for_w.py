# wrong: the paper's scale w' is taken for w: (1 + w) · with − w · without
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    no = torch.zeros(len(x), dtype=torch.bool, device=x.device)
    with_text = network(x, t, text, mask, no)
    without = network(x, t, text, mask, ~no)
    return (1 + guidance_scale) * with_text - guidance_scale * without
