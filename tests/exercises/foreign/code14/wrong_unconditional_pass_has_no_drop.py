# wrong: the unconditional pass has no drop argument: in eval mode both passes are with the caption, so
# guidance has no effect
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    drop = torch.ones(len(x), dtype=torch.bool, device=x.device)
    cond = network(x, t, text, mask, ~drop)
    uncond = network(x, t, text, mask)
    return uncond + guidance_scale * (cond - uncond)
