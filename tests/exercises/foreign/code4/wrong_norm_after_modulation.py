# wrong: scale and shift are applied before the norm instead of after it
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
    for block in self.blocks:
        s1, k1, g1, s2, k2, g2 = block.modulation(c).unsqueeze(1).chunk(6, dim=-1)
        h = h + g1 * block.attention(block.norm(h * (1 + k1) + s1), mask)
        h = h + g2 * block.mlp(block.norm(h * (1 + k2) + s2))
    return h


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    shift, scale = self.final_modulation(c).unsqueeze(1).chunk(2, dim=-1)
    return self.final(self.final_norm(h) * (1 + scale) + shift)
