# wrong: The gate blends stream and layer, (1 - gate) * h + gate * layer, instead of adding gate * layer to h (still the identity in a new network).
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
        shift1, scale1, gate1, shift2, scale2, gate2 = block.modulation(c)[:, None].chunk(6, dim=-1)
        x = block.norm(h) * (1 + scale1) + shift1
        h = (1 - gate1) * h + gate1 * block.attention(x, mask)
        x = block.norm(h) * (1 + scale2) + shift2
        h = (1 - gate2) * h + gate2 * block.mlp(x)
    return h


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    shift, scale = self.final_modulation(c)[:, None].chunk(2, dim=-1)
    return self.final(self.final_norm(h) * (1 + scale) + shift)
