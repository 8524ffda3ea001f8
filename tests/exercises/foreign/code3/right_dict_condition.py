# right: returns the condition as a dict, pads the mask, and normalises before the condition is dropped
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition):
    pair = torch.cat([condition.time, condition.pooled], dim=1).unflatten(1, (2, -1))
    return {
        "seq": torch.cat([pair, condition.tokens], dim=1),
        "ok": functional.pad(condition.mask, (2, 0), value=True),
    }


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h, mask, c):
    stream = torch.cat([c["seq"], h], dim=1)
    ok = torch.cat([c["ok"], mask], dim=1)
    for block in self.blocks:
        attended = stream + block.attention(block.norm1(stream), ok)
        stream = attended + block.mlp(block.norm2(attended))
    return stream


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h, mask, c):
    n = c["seq"].shape[1]
    return self.final(self.final_norm(h))[:, n:]
