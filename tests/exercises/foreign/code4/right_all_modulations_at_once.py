# right: cond_mapping already regresses the vectors of all blocks and of the output, as a list.
import torch
from torch import Tensor

from labkit.models import AdaLNDiT, Condition
import labkit


@labkit.exercise(labkit.models.AdaLNDiT.cond_mapping)
def cond_mapping(self, condition: Condition):
    both = condition.time + condition.pooled
    c = (both * torch.sigmoid(both)).unsqueeze(1)  # (B, 1, W), silu written out
    blocks = [block.modulation(c).split(self.width, dim=-1) for block in self.blocks]
    return blocks, self.final_modulation(c).split(self.width, dim=-1)


@labkit.exercise(labkit.models.AdaLNDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c) -> Tensor:
    for block, vectors in zip(self.blocks, c[0]):
        layers = (lambda x: block.attention(x, mask), block.mlp)
        for layer, (shift, scale, gate) in zip(layers, (vectors[:3], vectors[3:])):
            normed = block.norm(h)
            h = h + layer(normed + normed * scale + shift) * gate
    return h


@labkit.exercise(labkit.models.AdaLNDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c) -> Tensor:
    shift, scale = c[1]
    normed = self.final_norm(h)
    return self.final(normed + normed * scale + shift)
