# wrong: detaches the word tokens because the text encoder is frozen, so token_projection gets no gradient
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition):
    words = condition.tokens.detach()
    tokens = torch.cat([condition.time[:, None, :], condition.pooled[:, None, :], words], dim=1)
    ones = torch.ones(len(words), 2, dtype=torch.bool, device=words.device)
    return tokens, torch.cat([ones, condition.mask], dim=1)


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    tokens, token_mask = c
    h = torch.cat([tokens, h], dim=1)
    mask = torch.cat([token_mask, mask], dim=1)
    for block in self.blocks:
        h = h + block.attention(block.norm1(h), mask)
        h = h + block.mlp(block.norm2(h))
    return h


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    frames = h[:, -mask.shape[1] :]
    return self.final(self.final_norm(frames))
