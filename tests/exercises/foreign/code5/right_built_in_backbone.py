# right: cond_mapping hands the Condition on, backbone builds the memory, and the attentions are called by keyword.
import torch
from torch import Tensor

from labkit.models import Condition, CrossAttentionDiT
import labkit
from torch.nn import functional


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> Condition:
    return condition


@labkit.exercise(labkit.models.CrossAttentionDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: Condition) -> Tensor:
    memory = self.memory_norm(torch.hstack([torch.stack([c.time, c.pooled], dim=1), c.tokens]))
    words = functional.pad(c.mask, (2, 0), value=1.0)  # still bool
    for block in self.blocks:
        h = h + block.self_attention(x=block.norm1(h), mask=mask)
        h = h + block.cross_attention(x=block.norm2(h), mask=words, memory=memory)
        h = h + block.mlp(block.norm3(h))
    return h


@labkit.exercise(labkit.models.CrossAttentionDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    return self.final(self.final_norm(h))
