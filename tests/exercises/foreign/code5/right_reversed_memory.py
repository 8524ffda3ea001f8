# right: the memory is in reverse order, with its mask; layers in a list
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import Condition, CrossAttentionDiT
import labkit


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> dict[str, Tensor]:
    words = condition.tokens.flip(1)
    memory = torch.hstack([words, condition.pooled.unsqueeze(1), condition.time.unsqueeze(1)])
    return {
        "memory": self.memory_norm(memory),
        "mask": functional.pad(condition.mask.flip(1), (0, 2), value=True),
    }


@labkit.exercise(labkit.models.CrossAttentionDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: dict[str, Tensor]) -> Tensor:
    for block in self.blocks:
        for norm, layer, arguments in (
            (block.norm1, block.self_attention, (mask,)),
            (block.norm2, block.cross_attention, (c["mask"], c["memory"])),
            (block.norm3, block.mlp, ()),
        ):
            h = layer(norm(h), *arguments) + h
    return h


@labkit.exercise(labkit.models.CrossAttentionDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: dict[str, Tensor]) -> Tensor:
    return torch.stack([self.final(self.final_norm(sample)) for sample in h])
