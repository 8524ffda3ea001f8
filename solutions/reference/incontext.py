import torch
from torch import Tensor

from labkit.models import Condition, InContextDiT


def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    """→ condition tokens (B, 2 + L, W): time, caption, words; and their mask (B, 2 + L), True where real.

    `condition.time` and `condition.pooled` (B, W) give one token each, which is always real.
    `condition.tokens` (B, L, W) are the words; `condition.mask` (B, L) bool is True where a word is real.

    You may return something else: only your own `backbone` and `output_projection` receive the result.
    """
    always = torch.stack([condition.time, condition.pooled], dim=1)  # (B, 2, W)
    tokens = torch.cat([always, condition.tokens], dim=1)  # (B, 2 + L, W)
    real = torch.ones_like(condition.mask[:, :1]).expand(-1, 2)  # (B, 2)
    mask = torch.cat([real, condition.mask], dim=1)  # (B, 2 + L)
    return tokens, mask


def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    """Frames (B, F, W), their mask (B, F) bool, c from `cond_mapping` → the sequence (B, 2 + L + F, W).

    Concatenate condition tokens and frames, in either order: frames contain positional encodings already.
    Then apply each block of `self.blocks` (pre-norm; in-context conditioning of Peebles & Xie, sec. 3.2):

        h ← h + attention(norm1(h)),   h ← h + mlp(norm2(h))

    `attention(x, mask)` takes the mask of the whole sequence: bool, True where a token is real.

    Requirements for all three methods: B, F, L ≥ 1, and any number of blocks, 0 included. Every tensor
    and weight that is used gets a gradient. train() and eval() mode give the same result. Values may be
    large: clip nothing. Tensors are float32 on one device; inside `torch.autocast` some are bfloat16.
    Change no argument in place, set no random seed, and keep no state between calls.
    """
    tokens, token_mask = c
    h = torch.cat([tokens, h], dim=1)  # (B, 2 + L + F, W)
    mask = torch.cat([token_mask, mask], dim=1)  # (B, 2 + L + F)
    for block in self.blocks:
        h = h + block.attention(block.norm1(h), mask)  # (B, 2 + L + F, W)
        h = h + block.mlp(block.norm2(h))  # (B, 2 + L + F, W)
    return h  # (B, 2 + L + F, W)


def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    """The sequence → (B, F, D): drop the condition tokens, then `self.final_norm`, then `self.final`."""
    frames = h[:, -mask.shape[1] :]  # (B, F, W)
    return self.final(self.final_norm(frames))  # (B, F, D)
