# right: the memory is made in the backbone, other token order, norm once
import torch
from torch import Tensor

from labkit.models import Condition, CrossAttentionDiT
import labkit


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    return condition


@labkit.exercise(labkit.models.CrossAttentionDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    B = h.shape[0]
    memory = self.memory_norm(torch.hstack([c.tokens, c.time.view(B, 1, -1), c.pooled.view(B, 1, -1)]))
    known = torch.hstack([c.mask, torch.full((B, 2), True, device=h.device)])
    for block in self.blocks:
        h = h + block.self_attention(block.norm1(h), mask)
        h = h + block.cross_attention(block.norm2(h), known, memory)
        h = h + block.mlp(block.norm3(h))
    return h


@labkit.exercise(labkit.models.CrossAttentionDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    return self.final(self.final_norm(h))
