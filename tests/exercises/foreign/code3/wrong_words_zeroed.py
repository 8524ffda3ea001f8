# wrong: padded words are set to zero in the condition itself, in place
import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    words = condition.tokens
    words[~condition.mask] = 0
    tokens = torch.cat([condition.time[:, None], condition.pooled[:, None], words], dim=1)
    mask = torch.nn.functional.pad(condition.mask, (2, 0), value=True)
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
