# right: the Condition itself is handed on, the frames stand between time and words, and the
# condition's rows are dropped after final_norm and final, which treat every row by itself.
import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


class Sequence:
    """time, caption, frames, words."""

    def __init__(self, condition: Condition, h: Tensor, mask: Tensor):
        front = torch.cat([condition.time[:, None], condition.pooled[:, None]], 1)
        front_mask = torch.full(front.shape[:2], True, device=mask.device)
        self.h = torch.cat([front, h, condition.tokens], 1)
        self.mask = torch.cat([front_mask, mask, condition.mask], 1)

    def through(self, block) -> None:
        self.h = self.h + block.attention(block.norm1(self.h), self.mask)
        self.h = self.h + block.mlp(block.norm2(self.h))


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition):
    return condition


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c) -> Tensor:
    sequence = Sequence(c, h, mask)
    for block in self.blocks:
        sequence.through(block)
    return sequence.h


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c) -> Tensor:
    everything = self.final(self.final_norm(h))
    return everything[:, 2 : 2 + mask.shape[1]]
