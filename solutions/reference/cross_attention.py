import torch
from torch import Tensor

from labkit.models import Condition, CrossAttentionDiT


def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
    """→ memory (B, 2 + L, W): time, caption, words, after `self.memory_norm`; and its mask (B, 2 + L).

    `condition.time` and `condition.pooled` (B, W) give one token each, which is always real.
    `condition.tokens` (B, L, W) are the words; `condition.mask` (B, L) bool is True where a word is real.

    You may return something else: only your own `backbone` and `output_projection` receive the result.
    """
    always = torch.stack([condition.time, condition.pooled], dim=1)  # (B, 2, W)
    memory = self.memory_norm(torch.cat([always, condition.tokens], dim=1))  # (B, 2 + L, W)
    real = torch.ones_like(condition.mask[:, :1]).expand(-1, 2)  # (B, 2)
    mask = torch.cat([real, condition.mask], dim=1)  # (B, 2 + L)
    return memory, mask


def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    """Frames (B, F, W), their mask (B, F) bool, c from `cond_mapping` → (B, F, W).

    Each block of `self.blocks` has self-attention, cross-attention and an MLP, each after its norm
    (pre-norm; cross-attention block of Peebles & Xie, sec. 3.2):

        h ← h + self_attention(norm1(h)),   h ← h + cross_attention(norm2(h)),   h ← h + mlp(norm3(h))

    `self_attention(x, mask)`: x attends to itself. `cross_attention(x, memory_mask, memory)`: x attends
    to the memory. Masks are True where a frame or token is real.

    Requirements for all three methods: B, F, L ≥ 1, and any number of blocks, 0 included. Every tensor
    and weight that is used gets a gradient. train() and eval() mode give the same result. Values may be
    large: clip nothing. Tensors are float32 on one device; inside `torch.autocast` some are bfloat16.
    Change no argument in place, set no random seed, and keep no state between calls.
    """
    memory, memory_mask = c
    for block in self.blocks:
        h = h + block.self_attention(block.norm1(h), mask)  # (B, F, W)
        h = h + block.cross_attention(block.norm2(h), memory_mask, memory)  # (B, F, W)
        h = h + block.mlp(block.norm3(h))  # (B, F, W)
    return h  # (B, F, W)


def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
    """The last hidden state (B, F, W) → (B, F, D): `self.final_norm`, then `self.final`."""
    return self.final(self.final_norm(h))  # (B, F, D)
