# wrong: All three residual connections add to the block's input, so the output of self-attention and of cross-attention only passes to the next layer and is not kept in the stream.
import torch
from torch import Tensor

from labkit.models import Condition, CrossAttentionDiT
import labkit


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    memory = torch.cat([condition.time[:, None], condition.pooled[:, None], condition.tokens], dim=1)
    always = torch.ones_like(condition.mask[:, :1]).expand(-1, 2)
    return self.memory_norm(memory), torch.cat([always, condition.mask], dim=1)


@labkit.exercise(labkit.models.CrossAttentionDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    memory, memory_mask = c
    for block in self.blocks:
        attended = h + block.self_attention(block.norm1(h), mask)
        informed = h + block.cross_attention(block.norm2(attended), memory_mask, memory)
        h = h + block.mlp(block.norm3(informed))
    return h


@labkit.exercise(labkit.models.CrossAttentionDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    return self.final(self.final_norm(h))
