# right: A helper class holds shift, scale and gate; silu is written as x · sigmoid(x), and done in the other
# methods
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import AdaLNDiT, Condition
import labkit


class AdaLN:
    def __init__(self, vectors, n):
        W = vectors.shape[-1] // n
        self.vectors = [vectors[:, i * W : (i + 1) * W].unsqueeze(-2) for i in range(n)]

    def modulate(self, x, i):
        shift, scale = self.vectors[i], self.vectors[i + 1]
        return torch.addcmul(x + shift, x, scale)


@labkit.exercise(labkit.models.AdaLNDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> Tensor:
    total = condition.time + condition.pooled
    return total * torch.sigmoid(total)


@labkit.exercise(labkit.models.AdaLNDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    for block in self.blocks:
        m = AdaLN(block.modulation(c), 6)
        h = h + m.vectors[2] * block.attention(m.modulate(block.norm(h), 0), mask)
        h = h + m.vectors[5] * block.mlp(m.modulate(block.norm(h), 3))
    return h


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    m = AdaLN(self.final_modulation(c), 2)
    return self.final(m.modulate(self.final_norm(h), 0))
