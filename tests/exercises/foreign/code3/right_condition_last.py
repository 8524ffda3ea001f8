# right: words first, condition behind the frames, frames from the front
import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    B = condition.tokens.size(0)
    tokens = torch.cat((condition.tokens, condition.pooled.unsqueeze(1), condition.time.unsqueeze(1)), 1)
    mask = torch.cat((condition.mask, condition.mask.new_ones((B, 2))), 1)
    return tokens, mask


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    tokens, token_mask = c
    h = torch.cat([h, tokens], dim=1)
    mask = torch.cat([mask, token_mask], dim=1)
    for block in self.blocks:
        h = h + block.attention(block.norm1(h), mask)
        h = h + block.mlp(block.norm2(h))
    return h


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    return self.final(self.final_norm(h[:, : mask.size(1)]))
