"""Config C, cross-attention: in every block each frame attends to the condition."""

from torch import Tensor, nn

from labkit.models.base import Attention, BaseDiT, Condition, FeedForward
from labkit.stubs import stub


class CrossAttentionBlock(nn.Module):
    """The layers of one block: self-attention, cross-attention and an MLP, each with its norm.

    `CrossAttentionDiT.backbone` applies them. width: W. heads: H. hidden: width of the MLP.
    """

    def __init__(self, width: int, heads: int, hidden: int):
        super().__init__()
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(width), nn.LayerNorm(width), nn.LayerNorm(width)
        self.self_attention = Attention(width, heads)
        self.cross_attention = Attention(width, heads)
        self.mlp = FeedForward(width, hidden)


class CrossAttentionDiT(BaseDiT):
    """Time, caption and words are a memory for cross-attention (Peebles & Xie, sec. 3.2)."""

    network = "cross_attention"
    mlp_ratio = 3

    def __init__(self, **config):
        super().__init__(**config)
        W, heads = self.width, self.config["heads"]
        mlp_width, depth = self.mlp_ratio * W, self.config["depth"]
        self.blocks = nn.ModuleList(CrossAttentionBlock(W, heads, mlp_width) for _ in range(depth))
        self.memory_norm = nn.LayerNorm(W)
        self.final_norm = nn.LayerNorm(W)
        self.final = nn.Linear(W, self.config["features"])

    @stub("code5")
    def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
        """→ memory (B, 2 + L, W): time, caption, words, through `self.memory_norm`; and its mask (B, 2 + L).

        `condition.time` and `condition.pooled` (B, W) are one token each, always there; `condition.tokens`
        (B, L, W) are the words, and `condition.mask` (B, L) bool is True where a word is real.

        You may return something else instead: only your own two methods below receive it.
        """
        # TODO (Code 5): here, or in notebooks/02_architectures.ipynb
        raise NotImplementedError

    @stub("code5")
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
        # TODO (Code 5): here, or in notebooks/02_architectures.ipynb
        raise NotImplementedError

    @stub("code5")
    def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
        """The last hidden state → (B, F, D): `self.final_norm`, then `self.final`."""
        # TODO (Code 5): here, or in notebooks/02_architectures.ipynb
        raise NotImplementedError
