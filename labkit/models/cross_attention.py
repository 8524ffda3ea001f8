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
        """→ memory (B, 2 + L, W): time, caption, words, after `self.memory_norm`; and its mask (B, 2 + L).

        `condition.time` and `condition.pooled` (B, W) give one token each, which is always real.
        `condition.tokens` (B, L, W) are the words; `condition.mask` (B, L) bool is True where a word is real.

        You may return something else: only your own `backbone` and `output_projection` receive the result.
        """
        # TODO (Code 5): here, or in notebooks/02_architectures.ipynb
        raise NotImplementedError

    @stub("code5")
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
        # TODO (Code 5): here, or in notebooks/02_architectures.ipynb
        raise NotImplementedError

    @stub("code5")
    def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
        """The last hidden state (B, F, W) → (B, F, D): `self.final_norm`, then `self.final`."""
        # TODO (Code 5): here, or in notebooks/02_architectures.ipynb
        raise NotImplementedError
