# right: uses a helper for one residual layer and a fold over the blocks
import torch
from torch import Tensor
from torch.nn import functional

from labkit.models import Condition, CrossAttentionDiT
import labkit


from functools import reduce


@labkit.exercise(labkit.models.CrossAttentionDiT.cond_mapping)
def cond_mapping(self, condition):
    B, L, W = condition.tokens.shape
    memory = torch.empty(B, L + 2, W, dtype=condition.tokens.dtype, device=condition.tokens.device)
    memory = torch.cat([condition.time.view(B, 1, W), condition.pooled.view(B, 1, W), condition.tokens], 1)
    mask = torch.cat([torch.full((B, 2), True, device=memory.device), condition.mask], 1)
    return self.memory_norm(memory), mask


@labkit.exercise(labkit.models.CrossAttentionDiT.backbone)
def backbone(self, h, mask, c):
    def layer(x, f, norm):
        return x + f(norm(x))

    def block(x, b):
        x = layer(x, lambda q: b.self_attention(q, mask), b.norm1)
        x = layer(x, lambda q: b.cross_attention(q, c[1], c[0]), b.norm2)
        return layer(x, b.mlp, b.norm3)

    return reduce(block, self.blocks, h)


@labkit.exercise(labkit.models.CrossAttentionDiT.output_projection)
def output_projection(self, h, mask, c):
    y = functional.layer_norm(
        h, (h.shape[-1],), self.final_norm.weight, self.final_norm.bias, self.final_norm.eps
    )
    return functional.linear(y, self.final.weight, self.final.bias)
