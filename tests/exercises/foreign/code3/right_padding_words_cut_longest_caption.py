# right: padding words are cut at the longest caption of the batch before anything else, which changes no real
# token
import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    longest = max(int(condition.mask.sum(1).max()), 1)
    words, real = condition.tokens[:, :longest], condition.mask[:, :longest]
    tokens = torch.cat([condition.time[:, None], words, condition.pooled[:, None]], dim=1)
    one = real.new_ones(len(real), 1)
    return tokens, torch.cat([one, real, one], dim=1)


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    tokens, token_mask = c
    h = torch.cat([tokens, h], dim=1)
    full = torch.cat([token_mask, mask], dim=1)
    for block in self.blocks:
        h = h + block.attention(block.norm1(h), full)
        h = h + block.mlp(block.norm2(h))
    return h


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    return self.final(self.final_norm(h[:, -mask.shape[1] :]))
