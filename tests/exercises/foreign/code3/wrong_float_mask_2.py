# wrong: builds the mask of time and caption with torch.ones without a dtype, so that the whole mask becomes float
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition):
    B = condition.time.shape[0]
    tokens = torch.cat([condition.time.unsqueeze(1), condition.pooled.unsqueeze(1), condition.tokens], dim=1)
    mask = torch.cat([torch.ones(B, 2, device=tokens.device), condition.mask], dim=1)
    return tokens, mask


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
