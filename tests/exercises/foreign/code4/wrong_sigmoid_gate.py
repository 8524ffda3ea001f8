# wrong: the gates go through a sigmoid
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
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = block.modulation(c).unsqueeze(1).chunk(6, dim=2)
        x = block.norm(h) * (1 + scale_a) + shift_a
        h = h + gate_a.sigmoid() * block.attention(x, mask)
        x = block.norm(h) * (1 + scale_m) + shift_m
        h = h + gate_m.sigmoid() * block.mlp(x)
    return h


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    shift, scale = self.final_modulation(c).unsqueeze(1).chunk(2, dim=2)
    return self.final(self.final_norm(h) * (1 + scale) + shift)
