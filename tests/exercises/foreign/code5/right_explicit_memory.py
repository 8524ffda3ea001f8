# right: self-attention gets its own input as the memory; the mask comes from a comparison of positions
import torch
from torch import Tensor

from labkit.models import Condition, CrossAttentionDiT
import labkit


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    B, L = condition.mask.shape
    normed = [
        self.memory_norm(token) for token in (condition.time, condition.pooled, *condition.tokens.unbind(1))
    ]
    positions = torch.arange(L + 2, device=condition.mask.device)
    words = condition.mask[:, (positions - 2).clamp(min=0)]
    return torch.stack(normed, dim=1), words | (positions < 2)


@labkit.exercise(labkit.models.CrossAttentionDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    for block in self.blocks:
        x = block.norm1(h)
        h = h + block.self_attention(x, mask, x)
        h = h + block.cross_attention(block.norm2(h), memory=c[0], mask=c[1])
        h = h + block.mlp(block.norm3(h))
    return h


@labkit.exercise(labkit.models.CrossAttentionDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    flat = h.flatten(0, 1)
    return self.final(self.final_norm(flat)).unflatten(0, h.shape[:2])
