# right: cond_mapping hands the Condition on, backbone makes the memory and calls itself block by block.
import torch
from torch import Tensor

from labkit.models import Condition, CrossAttentionDiT
import labkit


def apply_blocks(blocks: list, h: Tensor, mask: Tensor, memory: Tensor, memory_mask: Tensor) -> Tensor:
    if not blocks:
        return h
    first, *rest = blocks
    a = h + first.self_attention(first.norm1(h), mask)
    b = a + first.cross_attention(first.norm2(a), memory_mask, memory)
    return apply_blocks(rest, b + first.mlp(first.norm3(b)), mask, memory, memory_mask)


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> Condition:
    return condition


@labkit.exercise(labkit.models.CrossAttentionDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: Condition) -> Tensor:
    B, L = c.mask.shape
    memory = torch.cat([c.time.reshape(B, 1, -1), c.pooled.reshape(B, 1, -1), c.tokens], dim=1)
    positions = torch.arange(2 + L, device=c.mask.device).expand(B, -1)
    word = (positions - 2).clamp(min=0)  # which word stands there
    memory_mask = (positions < 2) | c.mask.gather(1, word)
    return apply_blocks(list(self.blocks), h, mask, self.memory_norm(memory), memory_mask)


@labkit.exercise(labkit.models.CrossAttentionDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Condition) -> Tensor:
    return self.final(self.final_norm(h))
