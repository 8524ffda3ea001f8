# right: one sample at a time through all blocks; silu and modulation multiplied out
import torch
from torch import Tensor

from labkit.models import AdaLNDiT, Condition
import labkit


def modulated(normed, shift, scale):
    return shift + normed + normed * scale


@labkit.exercise(labkit.models.AdaLNDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> Tensor:
    both = condition.pooled + condition.time
    return both * torch.sigmoid(both)


@labkit.exercise(labkit.models.AdaLNDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    done = []
    for frames, real, vector in zip(h, mask, c):
        frames, real = frames[None], real[None]
        for block in self.blocks:
            six = block.modulation(vector).reshape(6, -1)
            x = modulated(block.norm(frames), six[0], six[1])
            frames = frames + block.attention(x, real) * six[2]
            x = modulated(block.norm(frames), six[3], six[4])
            frames = frames + block.mlp(x) * six[5]
        done.append(frames)
    return torch.cat(done)


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    two = self.final_modulation(c).unflatten(1, (2, self.width))
    return self.final(modulated(self.final_norm(h), two[:, :1], two[:, 1:]))
