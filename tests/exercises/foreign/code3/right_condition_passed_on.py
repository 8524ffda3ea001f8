# right: cond_mapping returns the Condition itself, backbone builds sequence and mask, and output_projection normalises and projects the whole sequence before it drops the condition tokens.
import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> Condition:
    return condition


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: Condition) -> Tensor:
    two = torch.stack([c.time, c.pooled], dim=1)
    stream = torch.cat([two, c.tokens, h], dim=1)
    there = torch.full(two.shape[:2], True, dtype=torch.bool, device=mask.device)
    real = torch.cat([there, c.mask, mask], dim=1)
    for block in self.blocks:
        change = block.attention(block.norm1(stream), real)
        stream = torch.add(stream, change)
        change = block.mlp(block.norm2(stream))
        stream = torch.add(stream, change)
    return stream


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Condition) -> Tensor:
    F = mask.shape[1]
    rows = self.final(self.final_norm(h))
    return rows.split([h.shape[1] - F, F], dim=1)[1]
