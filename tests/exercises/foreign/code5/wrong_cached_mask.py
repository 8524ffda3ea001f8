# wrong: The memory's mask is kept on self and reused for the next call of the same shape, so a later batch is read with the word mask of an earlier one.
import torch
from torch import Tensor

from labkit.models import Condition, CrossAttentionDiT
import labkit


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    memory = torch.cat([condition.time[:, None], condition.pooled[:, None], condition.tokens], dim=1)
    mask = getattr(self, "_memory_mask", None)
    if mask is None or mask.shape != memory.shape[:2]:  # the same in every step: build it once
        always = torch.ones_like(condition.mask[:, :1]).expand(-1, 2)
        mask = self._memory_mask = torch.cat([always, condition.mask], dim=1)
    return self.memory_norm(memory), mask


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
