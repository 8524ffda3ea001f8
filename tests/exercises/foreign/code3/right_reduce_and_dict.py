# right: cond_mapping returns a dict, the blocks are folded by reduce, frames chosen by index.
from functools import reduce

import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition):
    return {
        "tokens": [condition.time.unsqueeze(1), condition.pooled.unsqueeze(1), condition.tokens],
        "mask": condition.mask,
    }


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c) -> Tensor:
    always = c["mask"].new_ones(h.shape[0], 2)
    real = torch.cat([always, c["mask"], mask], dim=1)

    def residual(value: Tensor, change) -> Tensor:
        return value + change(value)

    changes = []
    for block in self.blocks:
        changes.append(lambda v, b=block: b.attention(b.norm1(v), real))
        changes.append(lambda v, b=block: b.mlp(b.norm2(v)))
    return reduce(residual, changes, torch.cat([*c["tokens"], h], dim=1))


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c) -> Tensor:
    N, F = h.shape[1], mask.shape[1]
    rows = torch.arange(N - F, N, device=h.device)
    return self.final(self.final_norm(h.index_select(1, rows)))
