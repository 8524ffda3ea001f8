# wrong: the mask of time and pooled is False (zeros), so that they are never attended to
import torch
from torch import Tensor

from labkit.models import Condition, CrossAttentionDiT
import labkit


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    always = torch.stack([condition.time, condition.pooled], dim=1)
    memory = self.memory_norm(torch.cat([always, condition.tokens], dim=1))
    mask = torch.cat([torch.zeros_like(condition.mask[:, :1]).expand(-1, 2), condition.mask], dim=1)
    return memory, mask


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
