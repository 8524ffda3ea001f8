"""Config A, in-context conditioning: the condition is additional tokens beside the frames."""

from torch import Tensor, nn

from labkit.models.base import Attention, BaseDiT, Condition, FeedForward
from labkit.stubs import stub


class InContextBlock(nn.Module):
    """The layers of one pre-norm transformer block, which `InContextDiT.backbone` applies.

    width: W. heads: H. hidden: width of the MLP.
    """

    def __init__(self, width: int, heads: int, hidden: int):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.mlp = FeedForward(width, hidden)


class InContextDiT(BaseDiT):
    """Time, caption, words and frames are one sequence for self-attention (Peebles & Xie, sec. 3.2)."""

    network = "incontext"
    mlp_ratio = 5

    def __init__(self, **config):
        super().__init__(**config)
        W, heads = self.width, self.config["heads"]
        mlp_width, depth = self.mlp_ratio * W, self.config["depth"]
        self.blocks = nn.ModuleList(InContextBlock(W, heads, mlp_width) for _ in range(depth))
        self.final_norm = nn.LayerNorm(W)
        self.final = nn.Linear(W, self.config["features"])

    @stub("code3")
    def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
        """→ condition tokens (B, 2 + L, W): time, caption, words; and their mask (B, 2 + L), True where real.

        `condition.time` and `condition.pooled` (B, W) give one token each, which is always real.
        `condition.tokens` (B, L, W) are the words; `condition.mask` (B, L) bool is True where a word is real.

        You may return something else: only your own `backbone` and `output_projection` receive the result.
        """
        # TODO (Code 3): here, or in notebooks/02_architectures.ipynb
        raise NotImplementedError

    @stub("code3")
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
        # TODO (Code 3): here, or in notebooks/02_architectures.ipynb
        raise NotImplementedError

    @stub("code3")
    def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
        """The sequence → (B, F, D): drop the condition tokens, then `self.final_norm`, then `self.final`."""
        # TODO (Code 3): here, or in notebooks/02_architectures.ipynb
        raise NotImplementedError
