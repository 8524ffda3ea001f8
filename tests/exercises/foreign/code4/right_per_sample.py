# right: the samples go through the blocks one at a time, each with (1, W) vectors that broadcast over frames.
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
    done = []
    for b in range(h.shape[0]):
        x, real, vector = h[b : b + 1], mask[b : b + 1], c[b : b + 1]
        for block in self.blocks:
            six = torch.split(block.modulation(vector), self.width, dim=-1)  # each (1, W)
            layers = (lambda y, block=block: block.attention(y, real)), block.mlp
            for layer, (shift, scale, gate) in zip(layers, (six[:3], six[3:])):
                x = x + layer(shift + (scale + 1) * block.norm(x)) * gate
        done.append(x)
    return torch.cat(done, dim=0)


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    shifts, scales = self.final_modulation(c).tensor_split(2, dim=-1)
    rows = [self.final_norm(x) * (1 + scale) + shift for x, shift, scale in zip(h, shifts, scales)]
    return self.final(torch.stack(rows))
