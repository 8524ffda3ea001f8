# wrong: the unconditional pass gets text features of zeros and drop=False instead of drop=True: that is not
# the learned empty caption
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    keep = torch.zeros(len(x), dtype=torch.bool, device=x.device)
    empty = TextFeatures(torch.zeros_like(text.tokens), text.mask, torch.zeros_like(text.pooled))
    cond = network(x, t, text, mask, keep)
    uncond = network(x, t, empty, mask, keep)
    return uncond + guidance_scale * (cond - uncond)
