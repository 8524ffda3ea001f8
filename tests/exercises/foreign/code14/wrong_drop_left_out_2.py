# wrong: the network is put into eval mode and left there, to switch off the random withholding
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
    if hasattr(network, "eval"):
        network.eval()
    cond = network(x, t, text, mask)
    uncond = network(x, t, text, mask, drop)
    return uncond + guidance_scale * (cond - uncond)
