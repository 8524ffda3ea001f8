# wrong: The words are cut to the length of the first caption of the batch, so longer captions of other samples lose their last words.
import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    L = int(condition.mask[0].sum())  # words that are not padding
    words, real = condition.tokens[:, :L], condition.mask[:, :L]
    tokens = torch.cat([condition.time[:, None], condition.pooled[:, None], words], dim=1)
    always = torch.ones(len(words), 2, dtype=torch.bool, device=words.device)
    return tokens, torch.cat([always, real], dim=1)


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    tokens, real = c
    h = torch.cat([tokens, h], dim=1)
    mask = torch.cat([real, mask], dim=1)
    for block in self.blocks:
        h = h + block.attention(block.norm1(h), mask)
        h = h + block.mlp(block.norm2(h))
    return h


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    frames = h[:, c[0].shape[1] :]
    return self.final(self.final_norm(frames))
