# right: normalises each piece of the memory by itself and joins them afterwards
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import Condition, CrossAttentionDiT
import labkit


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition):
    pieces = [
        self.memory_norm(p) for p in (condition.time[:, None], condition.pooled[:, None], condition.tokens)
    ]
    yes = condition.mask.new_ones(condition.mask.shape[0], 2)
    return torch.cat(pieces, dim=1), torch.cat([yes, condition.mask], dim=1)


@labkit.exercise(labkit.models.CrossAttentionDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    memory, memory_mask = c
    for block in self.blocks:
        h = h + block.self_attention(block.norm1(h), mask)
        h = h + block.cross_attention(block.norm2(h), memory_mask, memory)
        h = h + block.mlp(block.norm3(h))
    return h


@labkit.exercise(labkit.models.CrossAttentionDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    return self.final(self.final_norm(h))
