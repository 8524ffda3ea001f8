# right: the norm works token by token, so the three pieces may be normalised separately; pad makes the mask
import torch
from torch import Tensor

from labkit.models import Condition, CrossAttentionDiT
import labkit


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    norm = self.memory_norm
    memory = torch.cat(
        [norm(condition.time)[:, None], norm(condition.pooled)[:, None], norm(condition.tokens)], 1
    )
    return memory, torch.nn.functional.pad(condition.mask, [2, 0], value=True)


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
