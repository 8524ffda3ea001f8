# right: cond_mapping passes the condition on as it is, which the docstring allows; backbone does the rest
import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    return condition


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    L = c.tokens.shape[1]
    seq = h.new_empty(h.shape[0], 0, h.shape[2])
    for piece in (c.time.unsqueeze(1), c.pooled.unsqueeze(1), c.tokens, h):
        seq = torch.cat([seq, piece], dim=1)
    keep = torch.nn.functional.pad(c.mask, (2, 0), value=True)
    keep = torch.hstack([keep, mask])
    for block in self.blocks:
        seq = seq + block.attention(block.norm1(seq), keep)
        seq = seq + block.mlp(block.norm2(seq))
    return seq


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    return self.final(self.final_norm(h[:, 2 + c.tokens.shape[1] :, :]))
