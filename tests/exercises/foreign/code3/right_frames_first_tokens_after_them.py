# right: frames first, tokens after them; output takes the first F. The docstring allows either order
import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    tokens = torch.cat([condition.time[:, None], condition.pooled[:, None], condition.tokens], dim=1)
    yes = torch.ones(len(tokens), 2, dtype=torch.bool, device=tokens.device)
    return tokens, torch.cat([yes, condition.mask], dim=1)


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    tokens, token_mask = c
    h = torch.cat((h, tokens), 1)
    valid = torch.cat((mask, token_mask), 1)
    for layer in self.blocks:
        h = torch.add(h, layer.attention(layer.norm1(h), valid))
        h = torch.add(h, layer.mlp(layer.norm2(h)))
    return h


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    frames = h.narrow(1, 0, mask.size(1))
    return self.final(self.final_norm(frames))
