# right: collects the condition first and normalises the memory at the start of the backbone
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import Condition, CrossAttentionDiT
import labkit


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition):
    return condition


@labkit.exercise(labkit.models.CrossAttentionDiT.backbone)
def backbone(self, h, mask, c):
    seq = [c.time.unsqueeze(1), c.pooled.unsqueeze(1), c.tokens]
    memory = self.memory_norm(torch.cat(seq, dim=1))
    ok = functional.pad(c.mask, (2, 0), value=True)
    for block in self.blocks:
        h = h + block.self_attention(block.norm1(h), mask)
        h = h + block.cross_attention(block.norm2(h), ok, memory=memory)
        h = h + block.mlp(block.norm3(h))
    return h


@labkit.exercise(labkit.models.CrossAttentionDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    return self.final(self.final_norm(h))
