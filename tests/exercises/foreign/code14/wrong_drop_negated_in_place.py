# wrong: drop is negated in place for the pass with the caption, so the second pass has the caption as well
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
    with_text = network(x, t, text, mask, withheld.logical_not_())
    without = network(x, t, text, mask, withheld)
    return without + guidance_scale * (with_text - without)
