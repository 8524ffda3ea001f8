import torch
from torch import Tensor

from labkit.models import Condition, CrossAttentionDiT


def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    """→ memory (B, 2 + L, W): time, caption, words, through `self.memory_norm`; and its mask (B, 2 + L).

    `condition.time` and `condition.pooled` (B, W) are one token each, always there; `condition.tokens`
    (B, L, W) are the words, and `condition.mask` (B, L) bool is True where a word is real.

    You may return something else instead: only your own two methods below receive it.
    """
    always = torch.stack([condition.time, condition.pooled], dim=1)  # (B, 2, W)
    memory = self.memory_norm(torch.cat([always, condition.tokens], dim=1))  # (B, 2 + L, W)
    real = torch.ones_like(condition.mask[:, :1]).expand(-1, 2)  # (B, 2)
    mask = torch.cat([real, condition.mask], dim=1)  # (B, 2 + L)
    return memory, mask


def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    """Frames (B, F, W), their mask (B, F), `cond_mapping`'s result → (B, F, W).

    Each block of `self.blocks` is self-attention, cross-attention and mlp, each after a norm (pre-norm):

        h ← h + self_attention(norm1(h)),   h ← h + cross_attention(norm2(h)),   h ← h + mlp(norm3(h))

    `self_attention(x, mask)` attends to x itself, `cross_attention(x, memory_mask, memory)` to a memory.
    Masks are bool, True where a frame or token is real.

    For all three methods: B, F and L are any from 1 on, the number of blocks any from 0 on. Gradients
    reach every tensor and weight that is used. train() and eval() give the same result. All tensors may
    have large values. They are float32 on one device, and some are bfloat16 inside `torch.autocast`. No
    argument is changed in place, no seed is set, and nothing is kept from one call for the next.
    """
    memory, memory_mask = c
    for block in self.blocks:
        h = h + block.self_attention(block.norm1(h), mask)  # (B, F, W)
        h = h + block.cross_attention(block.norm2(h), memory_mask, memory)  # (B, F, W)
        h = h + block.mlp(block.norm3(h))  # (B, F, W)
    return h


def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    """The last hidden state → (B, F, D): `self.final_norm`, then `self.final`."""
    return self.final(self.final_norm(h))  # (B, F, D)
