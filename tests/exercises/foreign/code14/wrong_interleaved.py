# wrong: repeats x by repeat_interleave but halves the batch as if it were joined: right for B = 1 only
import torch
from torch import Tensor

from labkit.models import Denoiser
from labkit.text import TextFeatures
import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(network, x, t, text, mask, guidance_scale):
    B = len(x)
    drop = torch.cat([torch.zeros(B, dtype=torch.bool), torch.ones(B, dtype=torch.bool)]).to(x.device)
    out = network(
        x.repeat_interleave(2, dim=0),
        t.repeat_interleave(2, dim=0),
        TextFeatures.cat([text, text]),
        mask.repeat_interleave(2, dim=0),
        drop,
    )
    cond, uncond = out[:B], out[B:]
    return uncond + guidance_scale * (cond - uncond)
