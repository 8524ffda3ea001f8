# right: cross-attention by hand, with masked_fill of the lowest float instead of -inf: the same weights, as
# two tokens are always real
import torch
from torch import Tensor

from labkit.models import Condition, CrossAttentionDiT
import labkit


def attend(layer, x, memory, mask):
    q = layer.query(x).unflatten(-1, (layer.heads, -1))
    k, v = (y.unflatten(-1, (layer.heads, -1)) for y in layer.key_value(memory).chunk(2, dim=-1))
    scores = torch.einsum("bnhd,bmhd->bhnm", q, k) * q.shape[-1] ** -0.5
    scores = scores.masked_fill(~mask[:, None, None], torch.finfo(scores.dtype).min)
    return layer.output(torch.einsum("bhnm,bmhd->bnhd", scores.softmax(-1), v.to(scores.dtype)).flatten(2))


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    memory = torch.cat([condition.time[:, None], condition.pooled[:, None], condition.tokens], dim=1)
    yes = torch.ones(len(memory), 2, dtype=torch.bool, device=memory.device)
    return self.memory_norm(memory), torch.cat([yes, condition.mask], dim=1)


@labkit.exercise(labkit.models.CrossAttentionDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    memory, memory_mask = c
    for block in self.blocks:
        h = h + block.self_attention(block.norm1(h), mask)
        h = h + attend(block.cross_attention, block.norm2(h), memory, memory_mask)
        h = h + block.mlp(block.norm3(h))
    return h


@labkit.exercise(labkit.models.CrossAttentionDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    return self.final(self.final_norm(h))
