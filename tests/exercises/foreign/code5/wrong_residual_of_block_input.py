# wrong: all three layers are added to the input of the block, so the outputs of the first two layers are lost from the sum
import torch
from torch import Tensor

from labkit.models import Condition, CrossAttentionDiT
import labkit


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    always = torch.stack([condition.time, condition.pooled], dim=1)
    memory = self.memory_norm(torch.cat([always, condition.tokens], dim=1))
    real = torch.ones_like(condition.mask[:, :1]).expand(-1, 2)
    mask = torch.cat([real, condition.mask], dim=1)
    return memory, mask


@labkit.exercise(labkit.models.CrossAttentionDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    memory, memory_mask = c
    for block in self.blocks:
        start = h
        h = start + block.self_attention(block.norm1(h), mask)
        h = start + block.cross_attention(block.norm2(h), memory_mask, memory)
        h = start + block.mlp(block.norm3(h))
    return h


@labkit.exercise(labkit.models.CrossAttentionDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    return self.final(self.final_norm(h))
