# wrong: the prediction without the caption is kept and used again in a later call of the same shape at the same steps, though x is another
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit

CACHE = {}


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    withheld = torch.ones(len(x), dtype=torch.bool, device=x.device)
    key = (tuple(x.shape), tuple(t.tolist()))
    if key not in CACHE:
        CACHE[key] = network(x, t, text, mask, withheld)
    without = CACHE[key]
    with_text = network(x, t, text, mask, ~withheld)
    return without + guidance_scale * (with_text - without)
