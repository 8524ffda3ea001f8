# right: vectors repeated for all frames, layer norm by hand
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import AdaLNDiT, Condition
import labkit


@labkit.exercise(labkit.models.AdaLNDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> Tensor:
    return functional.silu(condition.time + condition.pooled)


@labkit.exercise(labkit.models.AdaLNDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    F = h.size(1)

    def norm(x):
        return (x - x.mean(-1, keepdim=True)) / torch.sqrt(x.var(-1, correction=0, keepdim=True) + 1e-5)

    for block in self.blocks:
        vectors = block.modulation(c).unsqueeze(1).repeat(1, F, 1)
        s1, k1, g1, s2, k2, g2 = torch.split(vectors, h.size(2), dim=-1)
        h = h + block.attention(norm(h) + norm(h) * k1 + s1, mask) * g1
        h = h + block.mlp(norm(h) + norm(h) * k2 + s2) * g2
    return h


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    shift, scale = self.final_modulation(c).unsqueeze(1).chunk(2, dim=2)
    return self.final(self.final_norm(h) * (1 + scale) + shift)
