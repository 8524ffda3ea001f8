# wrong: the blocks read the six vectors as scale, shift, gate instead of shift, scale, gate.
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
        scale1, shift1, gate1, scale2, shift2, gate2 = block.modulation(c)[:, None].chunk(6, dim=-1)
        h = h + gate1 * block.attention(block.norm(h) * (1 + scale1) + shift1, mask)
        h = h + gate2 * block.mlp(block.norm(h) * (1 + scale2) + shift2)
    return h


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    shift, scale = self.final_modulation(c)[:, None].chunk(2, dim=-1)
    return self.final(self.final_norm(h) * (1 + scale) + shift)
