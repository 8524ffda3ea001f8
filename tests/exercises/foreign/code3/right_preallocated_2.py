# right: writes tokens and masks into new buffers of the right size
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition):
    B, L, W = condition.tokens.shape
    out = condition.tokens.new_zeros(B, 2 + L, W)
    out[:, 0] = condition.time
    out[:, 1] = condition.pooled
    out[:, 2:] = condition.tokens
    mask = torch.ones(B, 2 + L, dtype=torch.bool, device=out.device)
    mask[:, 2:] = condition.mask
    return out, mask


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
