# right: reduce over the blocks, vectors by view and unbind with frames as the first axis of the modulation
from functools import reduce

from torch import Tensor
from torch.nn import functional

from labkit.models import AdaLNDiT, Condition
import labkit


@labkit.exercise(labkit.models.AdaLNDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> Condition:
    return condition


def vector(condition):
    return functional.silu(sum((condition.pooled, condition.time)))


def modulate(x, shift, scale):
    return ((scale + 1) * x.transpose(0, 1) + shift).transpose(0, 1)


def gated(h, layer, gate):
    return h + (layer.transpose(0, 1) * gate).transpose(0, 1)


@labkit.exercise(labkit.models.AdaLNDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: Condition) -> Tensor:
    def through(h, block):
        six = block.modulation(vector(c)).view(len(h), 6, -1).unbind(1)
        h = gated(h, block.attention(modulate(block.norm(h), *six[:2]), mask), six[2])
        return gated(h, block.mlp(modulate(block.norm(h), *six[3:5])), six[5])

    return reduce(through, self.blocks, h)


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Condition) -> Tensor:
    two = self.final_modulation(vector(c)).view(len(h), 2, -1).unbind(1)
    return self.final(modulate(self.final_norm(h), *two))
