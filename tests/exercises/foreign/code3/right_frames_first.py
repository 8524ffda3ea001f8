# right: puts frames before the condition and takes the first F tokens
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h, mask, c):
    cond, cond_mask = c
    seq = torch.cat((h, cond), 1)
    valid = torch.cat((mask, cond_mask), 1)
    for blk in self.blocks:
        seq = seq + blk.attention(blk.norm1(seq), valid)
        seq = seq + blk.mlp(blk.norm2(seq))
    return seq


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h, mask, c):
    return self.final(self.final_norm(h[:, : mask.shape[1]]))


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    always = torch.stack([condition.time, condition.pooled], dim=1)
    tokens = torch.cat([always, condition.tokens], dim=1)
    real = torch.ones_like(condition.mask[:, :1]).expand(-1, 2)
    mask = torch.cat([real, condition.mask], dim=1)
    return (tokens, mask)
