# wrong: the mlp is behind norm1, norm2 is not used
import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    special = torch.stack([condition.time, condition.pooled], dim=1)
    tokens = torch.cat([special, condition.tokens], dim=1)
    here = torch.ones(len(special), 2, dtype=torch.bool, device=special.device)
    return tokens, torch.cat([here, condition.mask], dim=1)


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    tokens, token_mask = c
    h = torch.cat([tokens, h], dim=1)
    mask = torch.cat([token_mask, mask], dim=1)
    for block in self.blocks:
        h = h + block.attention(block.norm1(h), mask)
        h = h + block.mlp(block.norm1(h))
    return h


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    tokens, _ = c
    h = h[:, tokens.shape[1] :]
    return self.final(self.final_norm(h))
