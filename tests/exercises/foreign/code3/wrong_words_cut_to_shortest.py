# wrong: the words of all captions are cut to the length of the shortest caption of the batch
import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    always = torch.stack([condition.time, condition.pooled], dim=1)
    shortest = int(condition.mask.sum(1).min())
    tokens = torch.cat([always, condition.tokens[:, :shortest]], dim=1)
    real = torch.ones_like(condition.mask[:, :1]).expand(-1, 2)
    mask = torch.cat([real, condition.mask[:, :shortest]], dim=1)
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
