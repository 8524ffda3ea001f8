# right: c is the plain sum (B, 1, W); silu is applied where c is used, and norm, scale and shift are one helper that writes x (1 + scale) as x + x scale.
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import AdaLNDiT, Condition
import labkit


def adapt(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    return x + x * scale + shift


def vectors(layer, c: Tensor, n: int) -> tuple[Tensor, ...]:
    """n vectors (B, 1, W) that a layer regresses from the sum of the embeddings."""
    out = layer(functional.silu(c))
    return out.unflatten(-1, (n, -1)).unbind(-2)


@labkit.exercise(labkit.models.AdaLNDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> Tensor:
    return torch.add(condition.pooled, condition.time).unsqueeze(1)


@labkit.exercise(labkit.models.AdaLNDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    for block in self.blocks:
        a, b, g, d, e, k = vectors(block.modulation, c, 6)
        h = h + g * block.attention(adapt(block.norm(h), a, b), mask)
        h = h + k * block.mlp(adapt(block.norm(h), d, e))
    return h


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    return self.final(adapt(self.final_norm(h), *vectors(self.final_modulation, c, 2)))
