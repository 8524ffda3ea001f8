# right: condition and frames are two tensors, joined for attention only, frames first
import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT
import labkit


@labkit.exercise(labkit.models.InContextDiT.cond_mapping)
def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    special = torch.stack((condition.pooled, condition.time)).transpose(0, 1)  # (B, 2, W)
    always = condition.mask.new_ones(len(special), 2)
    return torch.cat((special, condition.tokens), 1), torch.cat((always, condition.mask), 1)


@labkit.exercise(labkit.models.InContextDiT.backbone)
def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    frames, (tokens, token_mask) = h, c
    sizes = [frames.shape[1], tokens.shape[1]]
    whole_mask = torch.cat((mask, token_mask), 1)
    for block in self.blocks:
        joined = torch.cat((block.norm1(frames), block.norm1(tokens)), 1)
        to_frames, to_tokens = block.attention(joined, whole_mask).split(sizes, dim=1)
        frames, tokens = frames + to_frames, tokens + to_tokens
        frames, tokens = (part + block.mlp(block.norm2(part)) for part in (frames, tokens))
    return torch.cat((frames, tokens), 1)


@labkit.exercise(labkit.models.InContextDiT.output_projection)
def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    return self.final(self.final_norm(h[:, : mask.shape[1]]))
