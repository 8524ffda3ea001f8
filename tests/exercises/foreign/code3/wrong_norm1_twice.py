# wrong: norm1 is used before the mlp as well (copy and paste), so norm2 is never used and gets no gradient.
import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    tokens = torch.cat([condition.time[:, None], condition.pooled[:, None], condition.tokens], dim=1)
    always = torch.ones_like(condition.mask[:, :1]).expand(-1, 2)
    return tokens, torch.cat([always, condition.mask], dim=1)


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    tokens, real = c
    h = torch.cat([tokens, h], dim=1)
    mask = torch.cat([real, mask], dim=1)
    for block in self.blocks:
        h = h + block.attention(block.norm1(h), mask)
        h = h + block.mlp(block.norm1(h))
    return h


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    frames = h[:, c[0].shape[1] :]
    return self.final(self.final_norm(frames))
