# wrong: makes a memory mask of ones, padding of the words included
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import Condition, CrossAttentionDiT
import labkit


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition):
    memory = torch.cat([condition.time.unsqueeze(1), condition.pooled.unsqueeze(1), condition.tokens], dim=1)
    memory = self.memory_norm(memory)
    return memory, torch.ones(memory.shape[:2], dtype=torch.bool, device=memory.device)


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
