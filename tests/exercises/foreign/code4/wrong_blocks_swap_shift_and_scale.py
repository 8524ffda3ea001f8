# wrong: shift and scale are unpacked in the wrong order (scale first) in the blocks
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
        scale_a, shift_a, gate_a, scale_m, shift_m, gate_m = block.modulation(c)[:, None].chunk(6, dim=-1)
        h = h + gate_a * block.attention(block.norm(h) * (1 + scale_a) + shift_a, mask)
        h = h + gate_m * block.mlp(block.norm(h) * (1 + scale_m) + shift_m)
    return h


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    shift, scale = self.final_modulation(c).unsqueeze(1).chunk(2, dim=-1)
    return self.final(self.final_norm(h) * (1 + scale) + shift)
