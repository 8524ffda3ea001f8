# right: multi-head attention by hand with einsum
import torch
from torch import Tensor

from labkit.models import Condition, CrossAttentionDiT
import labkit


def attend(layer, x, seen, memory):
    H = layer.heads
    q = layer.query(x).unflatten(-1, (H, -1))
    k, v = (part.unflatten(-1, (H, -1)) for part in layer.key_value(memory).chunk(2, dim=-1))
    scores = torch.einsum("bnhd,bmhd->bhnm", q, k) * q.shape[-1] ** -0.5
    scores = torch.where(seen[:, None, None], scores, -torch.inf)
    out = torch.einsum("bhnm,bmhd->bnhd", torch.softmax(scores, dim=-1), v)
    return layer.output(out.flatten(-2))


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    memory = torch.cat([condition.time[:, None], condition.pooled[:, None], condition.tokens], dim=1)
    here = torch.ones(len(memory), 2, dtype=torch.bool, device=memory.device)
    return self.memory_norm(memory), torch.cat([here, condition.mask], dim=1)


@labkit.exercise(labkit.models.CrossAttentionDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    memory, memory_mask = c
    for block in self.blocks:
        x = block.norm1(h)
        h = h + attend(block.self_attention, x, mask, x)
        h = h + attend(block.cross_attention, block.norm2(h), memory_mask, memory)
        h = h + block.mlp(block.norm3(h))
    return h


@labkit.exercise(labkit.models.CrossAttentionDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    return self.final(self.final_norm(h))
