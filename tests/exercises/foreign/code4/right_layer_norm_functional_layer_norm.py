# right: layer norm by functional.layer_norm with the same eps, view and unbind for the vectors
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
    B, F, W = h.shape
    for block in self.blocks:
        six = block.modulation(c).view(B, 6, 1, W).unbind(1)
        x = functional.layer_norm(h, (W,), eps=block.norm.eps)
        h = h + six[2] * block.attention(x + x * six[1] + six[0], mask)
        x = functional.layer_norm(h, (W,), eps=block.norm.eps)
        h = h + six[5] * block.mlp(x + x * six[4] + six[3])
    return h


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    shift, scale = self.final_modulation(c).unsqueeze(1).chunk(2, dim=-1)
    return self.final(self.final_norm(h) * (1 + scale) + shift)
