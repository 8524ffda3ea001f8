from torch import Tensor
from torch.nn import functional

from labkit.models import AdaLNDiT, Condition


def cond_mapping(self, condition: Condition) -> Tensor:
    """→ c (B, W), one vector per sample: silu(time + pooled).

    `condition.time` and `condition.pooled` are (B, W).

    You may return something else: only your own `backbone` and `output_projection` receive the result.
    """
    return functional.silu(condition.time + condition.pooled)  # (B, W)


def backbone(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    """Frames (B, F, W), their mask (B, F) bool, c (B, W) → (B, F, W).

    Each block of `self.blocks` (adaLN-Zero, Peebles & Xie, sec. 3.2) has two layers, `attention(x, mask)`
    and `mlp(x)`. `modulation(c)` gives six vectors of width W, in this order: shift, scale and gate for
    attention, then shift, scale and gate for the MLP. Each vector is shared by all frames of a sample.
    The input of a layer is h after `block.norm`, scaled and then shifted (scale 0 and shift 0 change
    nothing). The output of a layer is multiplied by the gate and added to h. The mask is True where a
    frame is real. In new blocks all gates are 0, so the block is the identity.

    Requirements for all three methods: B, F, L ≥ 1, and any number of blocks, 0 included. Every tensor
    and weight that is used gets a gradient. train() and eval() mode give the same result. Values may be
    large: clip nothing. Tensors are float32 on one device; inside `torch.autocast` some are bfloat16.
    Change no argument in place, set no random seed, and keep no state between calls.
    """
    for block in self.blocks:
        vectors = block.modulation(c)[:, None]  # (B, 1, 6W), broadcast over frames
        shift1, scale1, gate1, shift2, scale2, gate2 = vectors.chunk(6, dim=-1)  # (B, 1, W) each
        h = h + gate1 * block.attention((1 + scale1) * block.norm(h) + shift1, mask)  # (B, F, W)
        h = h + gate2 * block.mlp((1 + scale2) * block.norm(h) + shift2)  # (B, F, W)
    return h  # (B, F, W)


def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    """The last hidden state (B, F, W) → (B, F, D): `self.final_norm`, scale and shift, then `self.final`.

    `self.final_modulation(c)` gives shift and scale, in this order, applied as in `backbone`.
    """
    shift, scale = self.final_modulation(c)[:, None].chunk(2, dim=-1)  # (B, 1, W) each
    return self.final((1 + scale) * self.final_norm(h) + shift)  # (B, F, D)
