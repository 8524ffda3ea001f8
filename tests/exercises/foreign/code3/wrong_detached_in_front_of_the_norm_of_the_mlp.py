# wrong: the mlp's input is detached: the output is right, but the gradient lacks the path through the mlp's
# input
# named: mlp's norm is detached
import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    tokens = torch.cat([condition.time[:, None], condition.pooled[:, None], condition.tokens], dim=1)
    yes = torch.ones(len(tokens), 2, dtype=torch.bool, device=tokens.device)
    return tokens, torch.cat([yes, condition.mask], dim=1)


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    tokens, token_mask = c
    h = torch.cat([tokens, h], dim=1)
    full = torch.cat([token_mask, mask], dim=1)
    for block in self.blocks:
        h = h + block.attention(block.norm1(h), full)
        h = h + block.mlp(block.norm2(h.detach()))
    return h


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    return self.final(self.final_norm(h[:, -mask.shape[1] :]))
