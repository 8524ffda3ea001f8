# right: the memory is normalised piece by piece and ordered words, caption, time (attention does not depend on the order of its keys), a layer is a closure, and the output uses torch's functions with the weights of final_norm and final.
import torch
from torch import Tensor

from labkit.models import Condition, CrossAttentionDiT
import labkit
from torch.nn import functional


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> dict[str, Tensor]:
    pieces = [condition.tokens, condition.pooled.unsqueeze(1), condition.time.unsqueeze(1)]
    real = [condition.mask] + [condition.mask.new_ones(len(p), 1) for p in pieces[1:]]
    return {"tokens": torch.cat([self.memory_norm(p) for p in pieces], dim=1), "real": torch.cat(real, dim=1)}


@labkit.exercise(labkit.models.CrossAttentionDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: dict[str, Tensor]) -> Tensor:
    def layers():
        for block in self.blocks:
            yield lambda x, block=block: block.self_attention(block.norm1(x), mask)
            yield lambda x, block=block: block.cross_attention(block.norm2(x), c["real"], c["tokens"])
            yield lambda x, block=block: block.mlp(block.norm3(x))

    for layer in layers():
        h = torch.add(h, layer(h))
    return h


@labkit.exercise(labkit.models.CrossAttentionDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: dict[str, Tensor]) -> Tensor:
    norm, last = self.final_norm, self.final
    h = functional.layer_norm(h, norm.normalized_shape, norm.weight, norm.bias, norm.eps)
    return functional.linear(h, last.weight, last.bias)
