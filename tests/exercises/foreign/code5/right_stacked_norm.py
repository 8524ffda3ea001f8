# right: tokens normalised one by one, masks by pad, layer by layer
import torch
from torch import Tensor

from labkit.models import Condition, CrossAttentionDiT
import labkit


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    parts = [condition.time, condition.pooled, *condition.tokens.unbind(dim=1)]
    memory = torch.stack([self.memory_norm(part) for part in parts], dim=1)
    return memory, torch.nn.functional.pad(condition.mask, (2, 0), value=True)


@labkit.exercise(labkit.models.CrossAttentionDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    for block in self.blocks:
        x = block.norm1(h)
        h = torch.add(h, block.self_attention(x, mask))
        x = block.norm2(h)
        h = torch.add(h, block.cross_attention(x, mask=c[1], memory=c[0]))
        x = block.norm3(h)
        h = torch.add(h, block.mlp(x))
    return h


@labkit.exercise(labkit.models.CrossAttentionDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    return self.final(self.final_norm(h))
