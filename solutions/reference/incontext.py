import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT


def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    """→ condition tokens (B, 2 + L, W): time, caption, words; and their mask (B, 2 + L), True where real.

    `condition.time` and `condition.pooled` (B, W) are one token each, always there; `condition.tokens`
    (B, L, W) are the words, and `condition.mask` (B, L) bool is True where a word is real.

    You may return something else instead: only your own two methods below receive it.
    """
    always = torch.stack([condition.time, condition.pooled], dim=1)  # (B, 2, W)
    tokens = torch.cat([always, condition.tokens], dim=1)  # (B, 2 + L, W)
    real = torch.ones_like(condition.mask[:, :1]).expand(-1, 2)  # (B, 2)
    mask = torch.cat([real, condition.mask], dim=1)  # (B, 2 + L)
    return tokens, mask


def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    """Frames (B, F, W), their mask (B, F), `cond_mapping`'s result → the sequence (B, 2 + L + F, W).

    Condition tokens and frames are concatenated, in either order: frames contain their positions already.
    Then each block of `self.blocks` (Peebles & Xie, sec. 3.2):

        h ← h + attention(norm1(h)),   h ← h + mlp(norm2(h))

    where `attention(x, mask)` takes the mask of the whole sequence: bool, True where a token is real.

    For all three methods: B, F and L are any from 1 on, the number of blocks any from 0 on. Gradients
    reach every tensor and weight that is used. train() and eval() give the same result. All tensors may
    have large values. They are float32 on one device, and some are bfloat16 inside `torch.autocast`. No
    argument is changed in place, no seed is set, and nothing is kept from one call for the next.
    """
    tokens, token_mask = c
    h = torch.cat([tokens, h], dim=1)  # (B, 2 + L + F, W)
    mask = torch.cat([token_mask, mask], dim=1)  # (B, 2 + L + F)
    for block in self.blocks:
        h = h + block.attention(block.norm1(h), mask)  # (B, 2 + L + F, W)
        h = h + block.mlp(block.norm2(h))  # (B, 2 + L + F, W)
    return h


def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    """The sequence → (B, F, D): condition tokens are dropped, then `self.final_norm`, `self.final`."""
    frames = h[:, -mask.shape[1] :]  # (B, F, W)
    return self.final(self.final_norm(frames))  # (B, F, D)
