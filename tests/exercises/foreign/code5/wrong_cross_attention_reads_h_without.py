# wrong: the cross-attention reads h without its norm2
import torch
from torch import Tensor

from labkit.models import Condition, CrossAttentionDiT
import labkit


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    memory = torch.cat([condition.time[:, None], condition.pooled[:, None], condition.tokens], dim=1)
    yes = torch.ones(len(memory), 2, dtype=torch.bool, device=memory.device)
    return self.memory_norm(memory), torch.cat([yes, condition.mask], dim=1)


@labkit.exercise(labkit.models.CrossAttentionDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    memory, memory_mask = c
    for block in self.blocks:
        h = h + block.self_attention(block.norm1(h), mask)
        h = h + block.cross_attention(h, memory_mask, memory)
        h = h + block.mlp(block.norm3(h))
    return h


@labkit.exercise(labkit.models.CrossAttentionDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    return self.final(self.final_norm(h))
