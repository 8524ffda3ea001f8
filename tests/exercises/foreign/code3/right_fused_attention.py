# right: attention by scaled_dot_product_attention from the block's own layers
import functools

import torch
import torch.nn.functional as nnf
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    special = torch.stack([condition.time, condition.pooled], dim=1)
    tokens = torch.cat([special, condition.tokens], dim=1)
    here = torch.ones(len(special), 2, dtype=torch.bool, device=special.device)
    return tokens, torch.cat([here, condition.mask], dim=1)


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    def attend(layer, x, seen):
        def heads(y):
            return y.unflatten(-1, (layer.heads, -1)).transpose(1, 2)

        k, v = layer.key_value(x).chunk(2, dim=-1)
        out = nnf.scaled_dot_product_attention(
            heads(layer.query(x)), heads(k), heads(v), attn_mask=seen[:, None, None, :]
        )
        return layer.output(out.transpose(1, 2).flatten(-2))

    def apply(x, block):
        x = x + attend(block.attention, block.norm1(x), seen)
        return x + block.mlp(block.norm2(x))

    tokens, token_mask = c
    seen = torch.cat([token_mask, mask], dim=1)
    return functools.reduce(apply, self.blocks, torch.cat([tokens, h], dim=1))


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    tokens, _ = c
    h = h[:, tokens.shape[1] :]
    return self.final(self.final_norm(h))
