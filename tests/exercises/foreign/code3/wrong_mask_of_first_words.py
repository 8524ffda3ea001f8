# wrong: The mask of the time and caption tokens is copied from the first two words instead of being always True: with a withheld caption or one of a single word the caption token is hidden, and with L = 1 the mask is too short.
import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    tokens = torch.cat([condition.time[:, None], condition.pooled[:, None], condition.tokens], dim=1)
    always = condition.mask[:, :2]
    return tokens, torch.cat([always, condition.mask], dim=1)


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    tokens, real = c
    h = torch.cat([tokens, h], dim=1)
    mask = torch.cat([real, mask], dim=1)
    for block in self.blocks:
        h = h + block.attention(block.norm1(h), mask)
        h = h + block.mlp(block.norm2(h))
    return h


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    frames = h[:, c[0].shape[1] :]
    return self.final(self.final_norm(frames))
