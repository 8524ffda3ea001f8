# right: attention by hand with scaled_dot_product_attention on the block's own weights; the same formula and
# mask
import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


def by_hand(layer, x, mask):
    B, N, W = x.shape
    q = layer.query(x).view(B, N, layer.heads, -1).transpose(1, 2)
    k, v = layer.key_value(x).view(B, N, 2, layer.heads, -1).permute(2, 0, 3, 1, 4)
    y = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
    return layer.output(y.transpose(1, 2).reshape(B, N, W))


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    tokens = torch.cat([condition.time[:, None], condition.pooled[:, None], condition.tokens], dim=1)
    yes = torch.ones(len(tokens), 2, dtype=torch.bool, device=tokens.device)
    return tokens, torch.cat([yes, condition.mask], dim=1)


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    tokens, token_mask = c
    h = torch.cat([tokens, h], dim=1)
    full = torch.cat([token_mask, mask], dim=1)
    for block in self.blocks:
        h = h + by_hand(block.attention, block.norm1(h), full)
        h = h + block.mlp(block.norm2(h))
    return h


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    return self.final(self.final_norm(h[:, -mask.shape[1] :]))
