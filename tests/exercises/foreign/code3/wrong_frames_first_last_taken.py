# wrong: puts frames before the condition, but still takes the last F tokens of the sequence
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h, mask, c):
    tokens, token_mask = c
    h = torch.cat([h, tokens], dim=1)
    mask = torch.cat([mask, token_mask], dim=1)
    for block in self.blocks:
        h = h + block.attention(block.norm1(h), mask)
        h = h + block.mlp(block.norm2(h))
    return h


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h, mask, c):
    F = mask.shape[1]
    return self.final(self.final_norm(h[:, -F:]))


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    always = torch.stack([condition.time, condition.pooled], dim=1)
    tokens = torch.cat([always, condition.tokens], dim=1)
    real = torch.ones_like(condition.mask[:, :1]).expand(-1, 2)
    mask = torch.cat([real, condition.mask], dim=1)
    return (tokens, mask)
