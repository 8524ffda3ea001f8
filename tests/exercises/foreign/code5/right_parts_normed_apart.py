# right: memory_norm of each part apart, joined only in backbone; the layers of a block as a list.
import torch
from torch import Tensor

from labkit.models import Condition, CrossAttentionDiT
import labkit


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition: Condition):
    return {
        "time": self.memory_norm(condition.time).unsqueeze(1),
        "caption": self.memory_norm(condition.pooled).unsqueeze(1),
        "words": self.memory_norm(condition.tokens),
        "real": condition.mask,
    }


@labkit.exercise(labkit.models.CrossAttentionDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c) -> Tensor:
    memory = torch.cat([c["time"], c["caption"], c["words"]], dim=1)
    real = torch.cat([c["real"].new_ones(h.shape[0], 2), c["real"]], dim=1)
    for block in self.blocks:
        layers = [
            (block.norm1, lambda x: block.self_attention(x, mask)),
            (block.norm2, lambda x: block.cross_attention(x, real, memory)),
            (block.norm3, block.mlp),
        ]
        for norm, layer in layers:
            h = h + layer(norm(h))
    return h


@labkit.exercise(labkit.models.CrossAttentionDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c) -> Tensor:
    return self.final(self.final_norm(h))
