# right: cond_mapping hands on time + pooled, silu comes where it is used; (6, W) by unflatten and unbind.
from torch import Tensor, nn

from labkit.models import AdaLNDiT, Condition
import labkit


def regress(layer: nn.Linear, c: Tensor, n: int) -> tuple[Tensor, ...]:
    """The n vectors that a layer regresses from silu(c), each (B, 1, W)."""
    values = layer(nn.SiLU()(c))  # (B, n W)
    return values.unflatten(1, (n, 1, -1)).unbind(1)


def modulated(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    return shift + x * (scale + 1.0)


@labkit.exercise(labkit.models.AdaLNDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> Tensor:
    return sum([condition.pooled, condition.time])


@labkit.exercise(labkit.models.AdaLNDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    for block in self.blocks:
        vectors = regress(block.modulation, c, 6)
        attended = block.attention(modulated(block.norm(h), vectors[0], vectors[1]), mask)
        h = vectors[2] * attended + h
        changed = block.mlp(modulated(block.norm(h), vectors[3], vectors[4]))
        h = vectors[5] * changed + h
    return h


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    return self.final(modulated(self.final_norm(h), *regress(self.final_modulation, c, 2)))
