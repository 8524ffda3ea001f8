# right: expands the vectors to all frames, and gates by einsum
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import AdaLNDiT, Condition
import labkit


@labkit.exercise(labkit.models.AdaLNDiT.backbone)
def backbone(self, h, mask, c):
    F = h.shape[1]
    for block in self.blocks:
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = block.modulation(c).chunk(6, dim=1)
        wide = lambda v: v[:, None, :].expand(-1, F, -1)
        h = h + torch.einsum(
            "bw,bfw->bfw", gate_a, block.attention(block.norm(h) * (wide(scale_a) + 1) + wide(shift_a), mask)
        )
        h = h + torch.einsum(
            "bw,bfw->bfw", gate_m, block.mlp(block.norm(h) * (wide(scale_m) + 1) + wide(shift_m))
        )
    return h


@labkit.exercise(labkit.models.AdaLNDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> Tensor:
    return functional.silu(condition.time + condition.pooled)


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    shift, scale = self.final_modulation(c)[:, None].chunk(2, dim=-1)
    return self.final((1 + scale) * self.final_norm(h) + shift)
