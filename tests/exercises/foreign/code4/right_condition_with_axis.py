# right: returns c with an axis for the frames, (B, 1, W)
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import AdaLNDiT, Condition
import labkit


@labkit.exercise(labkit.models.AdaLNDiT.cond_mapping)
def cond_mapping(self, condition):
    return functional.silu(torch.stack([condition.time, condition.pooled]).sum(0)).unsqueeze(1)


@labkit.exercise(labkit.models.AdaLNDiT.backbone)
def backbone(self, h, mask, c):
    W = h.shape[-1]
    for block in self.blocks:
        m = block.modulation(c)
        part = [m[..., i * W : (i + 1) * W] for i in range(6)]
        x = block.norm(h)
        x = x + part[1] * x + part[0]
        h = h + part[2] * block.attention(x, mask)
        x = block.norm(h)
        x = x + part[4] * x + part[3]
        h = h + part[5] * block.mlp(x)
    return h


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h, mask, c):
    shift, scale = self.final_modulation(c).chunk(2, dim=-1)
    x = self.final_norm(h)
    return self.final(x + x * scale + shift)
