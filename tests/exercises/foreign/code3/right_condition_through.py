# right: cond_mapping returns the condition itself, the backbone packs; the norm before the cut
import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    return condition


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    stream = torch.cat([c.time[:, None, :], c.pooled[:, None, :], c.tokens, h], dim=1)
    seen = torch.nn.functional.pad(torch.cat([c.mask, mask], dim=1), (2, 0), value=True)
    for block in self.blocks:
        after_attention = block.attention(block.norm1(stream), seen) + stream
        stream = block.mlp(block.norm2(after_attention)) + after_attention
    return stream


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    _, frames = self.final(self.final_norm(h)).split([h.shape[1] - mask.shape[1], mask.shape[1]], dim=1)
    return frames
