# right: final norm and output layer over the whole sequence, cut afterwards; the mask is padded with True
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    pieces = (condition.time[:, None], condition.pooled[:, None], condition.tokens)
    return torch.hstack(pieces), functional.pad(condition.mask, (2, 0), value=True)


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    sequence, real = (torch.cat(pair, dim=1) for pair in zip(c, (h, mask)))
    layers = []
    for block in self.blocks:
        layers.append((block.norm1, lambda x, block=block: block.attention(x, real)))
        layers.append((block.norm2, block.mlp))
    for norm, layer in layers:
        sequence = torch.add(layer(norm(sequence)), sequence)
    return sequence


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    everything = self.final(self.final_norm(h))
    return everything.narrow(1, c[0].shape[1], mask.shape[1])
