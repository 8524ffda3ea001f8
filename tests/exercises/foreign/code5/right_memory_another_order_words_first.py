# right: memory in another order (words first), with its mask in the same order: attention does not depend on
# it, and c is this answer's own
import torch
from torch import Tensor

from labkit.models import Condition, CrossAttentionDiT
import labkit


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    B = condition.time.shape[0]
    memory = torch.cat(
        [condition.tokens, condition.time.view(B, 1, -1), condition.pooled.view(B, 1, -1)], dim=1
    )
    mask = torch.cat([condition.mask, condition.mask.new_ones(B, 2)], dim=1)
    return {"kv": self.memory_norm(memory), "mask": mask}


@labkit.exercise(labkit.models.CrossAttentionDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    for block in self.blocks:
        for norm, layer in (
            (block.norm1, lambda x: block.self_attention(x, mask)),
            (block.norm2, lambda x: block.cross_attention(x, c["mask"], memory=c["kv"])),
            (block.norm3, block.mlp),
        ):
            h = h + layer(norm(h))
    return h


@labkit.exercise(labkit.models.CrossAttentionDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    return self.final(self.final_norm(h))
