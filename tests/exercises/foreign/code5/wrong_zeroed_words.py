# wrong: Padded words are set to zero and the memory's mask is True everywhere, so padded words still take part in the softmax and their number changes the result.
import torch
from torch import Tensor

from labkit.models import Condition, CrossAttentionDiT
import labkit


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    words = condition.tokens * condition.mask[..., None]  # padding carries nothing
    memory = torch.cat([condition.time[:, None], condition.pooled[:, None], words], dim=1)
    return self.memory_norm(memory), torch.ones(memory.shape[:2], dtype=torch.bool, device=memory.device)


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
