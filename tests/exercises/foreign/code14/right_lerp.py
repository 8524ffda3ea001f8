# right: uses torch.lerp, the unconditional pass first
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(network, x, t, text, mask, guidance_scale):
    predictions = []
    for withheld in (True, False):
        drop = torch.zeros(len(x), dtype=torch.bool, device=x.device).fill_(withheld)
        predictions.append(network(x, t, text, mask, drop))
    return torch.lerp(predictions[0], predictions[1], float(guidance_scale))
