# wrong: the mask is used in the first block only; in the later blocks padding is attended to
import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    always = torch.stack([condition.time, condition.pooled], dim=1)
    tokens = torch.cat([always, condition.tokens], dim=1)
    real = torch.ones_like(condition.mask[:, :1]).expand(-1, 2)
    mask = torch.cat([real, condition.mask], dim=1)
    return tokens, mask


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    tokens, token_mask = c
    h = torch.cat([tokens, h], dim=1)
    mask = torch.cat([token_mask, mask], dim=1)
    for i, block in enumerate(self.blocks):
        h = h + block.attention(block.norm1(h), mask if i == 0 else torch.ones_like(mask))
        h = h + block.mlp(block.norm2(h))
    return h


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    frames = h[:, -mask.shape[1] :]
    return self.final(self.final_norm(frames))
