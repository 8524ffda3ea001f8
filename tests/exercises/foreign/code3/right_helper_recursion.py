# right: runs the blocks by a recursive helper
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import Condition, InContextDiT
import labkit


def run(blocks, h, mask):
    if len(blocks) == 0:
        return h
    first = blocks[0]
    h = torch.add(h, first.attention(first.norm1(h), mask))
    h = torch.add(h, first.mlp(first.norm2(h)))
    return run(blocks[1:], h, mask)


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h, mask, c):
    return run(list(self.blocks), torch.cat([c[0], h], dim=-2), torch.cat([c[1], mask], dim=-1))


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h, mask, c):
    _, frames = h.split([h.shape[1] - mask.shape[1], mask.shape[1]], dim=1)
    return self.final(self.final_norm(frames))


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    always = torch.stack([condition.time, condition.pooled], dim=1)
    tokens = torch.cat([always, condition.tokens], dim=1)
    real = torch.ones_like(condition.mask[:, :1]).expand(-1, 2)
    mask = torch.cat([real, condition.mask], dim=1)
    return (tokens, mask)
