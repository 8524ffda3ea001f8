from torch import Tensor
from torch.nn import functional

from labkit.models import AdaLNDiT, Condition


def cond_mapping(self, condition: Condition) -> Tensor:
    """→ c (B, W), one vector a sample: silu(time + pooled), of `condition.time` and `condition.pooled`.

    You may return something else instead: only your own two methods below receive it.
    """
    return functional.silu(condition.time + condition.pooled)  # (B, W)


def backbone(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    """Frames (B, F, W), their mask (B, F), c (B, W) → (B, F, W).

    Each block of `self.blocks` (adaLN-Zero, Peebles & Xie, sec. 3.2) has two layers, `attention(x, mask)`
    and `mlp(x)`, and regresses from c, by `modulation`, six vectors of width W, in this order: shift,
    scale and gate for attention, then shift, scale and gate for the mlp. A layer reads h after
    `block.norm`, scaled and then shifted (scale 0 and shift 0 change nothing); its output is multiplied
    by the gate and added to h. A vector is the same for all frames of a sample. The mask is bool, True
    where a frame is real. New blocks have gates of zero: they are the identity.

    For all three methods: B, F and L are any from 1 on, the number of blocks any from 0 on. Gradients
    reach every tensor and weight that is used. train() and eval() give the same result. All tensors may
    have large values. They are float32 on one device, and some are bfloat16 inside `torch.autocast`. No
    argument is changed in place, no seed is set, and nothing is kept from one call for the next.
    """
    for block in self.blocks:
        vectors = block.modulation(c)[:, None]  # (B, 1, 6W): one for all frames
        shift1, scale1, gate1, shift2, scale2, gate2 = vectors.chunk(6, dim=-1)  # (B, 1, W) each
        h = h + gate1 * block.attention((1 + scale1) * block.norm(h) + shift1, mask)  # (B, F, W)
        h = h + gate2 * block.mlp((1 + scale2) * block.norm(h) + shift2)  # (B, F, W)
    return h


def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
    """The last hidden state → (B, F, D): `self.final` of `self.final_norm(h)`, scaled and shifted again.

    `self.final_modulation` regresses shift and scale, in this order, from c.
    """
    shift, scale = self.final_modulation(c)[:, None].chunk(2, dim=-1)  # (B, 1, W) each
    return self.final((1 + scale) * self.final_norm(h) + shift)  # (B, F, D)
