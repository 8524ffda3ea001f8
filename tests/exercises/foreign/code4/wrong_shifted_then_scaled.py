# wrong: shifted first and scaled afterwards, so the shift is scaled as well.
from torch import Tensor
from torch.nn import functional

from labkit.models import AdaLNDiT, Condition
import labkit


def modulate(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    return (x + shift) * (1 + scale)


@labkit.exercise(labkit.models.AdaLNDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> Tensor:
    return functional.silu(condition.time + condition.pooled)


@labkit.exercise(labkit.models.AdaLNDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    for block in self.blocks:
        shift1, scale1, gate1, shift2, scale2, gate2 = block.modulation(c)[:, None].chunk(6, dim=-1)
        h = h + gate1 * block.attention(modulate(block.norm(h), shift1, scale1), mask)
        h = h + gate2 * block.mlp(modulate(block.norm(h), shift2, scale2))
    return h


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    shift, scale = self.final_modulation(c)[:, None].chunk(2, dim=-1)
    return self.final(modulate(self.final_norm(h), shift, scale))
