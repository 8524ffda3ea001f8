# right: c is a NamedTuple with the tokens in another order, the condition stands after the frames, and the layers are folded with functools.reduce.
from functools import reduce
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import Condition, InContextDiT
import labkit


class Prompt(NamedTuple):
    words: Tensor
    real: Tensor


def add(h: Tensor, layer) -> Tensor:
    return h + layer(h)


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> Prompt:
    vectors = (condition.pooled, condition.time)
    words = torch.hstack((condition.tokens, *(vector.unsqueeze(1) for vector in vectors)))
    return Prompt(words, functional.pad(condition.mask, (0, len(vectors)), value=1.0))


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: Prompt) -> Tensor:
    whole = torch.hstack((mask, c.real))
    layers = []
    for block in self.blocks:
        layers.append(lambda x, block=block: block.attention(block.norm1(x), whole))
        layers.append(lambda x, block=block: block.mlp(block.norm2(x)))
    return reduce(add, layers, torch.hstack((h, c.words)))


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: Prompt) -> Tensor:
    return self.final(self.final_norm(h.narrow(1, 0, mask.shape[1])))
