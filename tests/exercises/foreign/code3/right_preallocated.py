# right: tensors are allocated and filled
import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    B, L, W = condition.tokens.shape
    tokens = condition.tokens.new_zeros(B, L + 2, W)
    tokens[:, 0] = condition.time
    tokens[:, 1] = condition.pooled
    tokens[:, 2:] = condition.tokens
    mask = torch.ones(B, L + 2, dtype=torch.bool, device=tokens.device)
    mask[:, 2:] = condition.mask
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
    tokens, _ = c
    h = h[:, tokens.shape[1] :]
    return self.final(self.final_norm(h))
