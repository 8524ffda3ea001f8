# wrong: memory is words, time, caption; the mask is still time, caption, words
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import Condition, CrossAttentionDiT
import labkit


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition):
    two = torch.stack([condition.time, condition.pooled], dim=1)
    memory = self.memory_norm(torch.cat([condition.tokens, two], dim=1))
    real = torch.ones(len(two), 2, dtype=torch.bool, device=two.device)
    return memory, torch.cat([real, condition.mask], dim=1)


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
