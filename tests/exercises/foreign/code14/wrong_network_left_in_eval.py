# wrong: switches the network to evaluation mode and leaves it there
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(
    network: Denoiser, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
) -> Tensor:
    if isinstance(network, torch.nn.Module):
        network.eval()  # no dropout while sampling
    keep = torch.zeros(len(x), dtype=torch.bool, device=x.device)  # (B,)
    with_caption = network(x, t, text, mask, keep)
    without = network(x, t, text, mask, ~keep)
    return without + guidance_scale * (with_caption - without)
