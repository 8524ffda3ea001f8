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

        `condition.time` and `condition.pooled` (B, W) are one token each, always there; `condition.tokens`
        (B, L, W) are the words, and `condition.mask` (B, L) bool is True where a word is real.

        You may return something else instead: only your own two methods below receive it.
        """
        # TODO (Code 3): here, or in notebooks/02_architectures.ipynb
        raise NotImplementedError

    @stub("code3")
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
        # TODO (Code 3): here, or in notebooks/02_architectures.ipynb
        raise NotImplementedError

    @stub("code3")
    def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
        """The sequence → (B, F, D): condition tokens are dropped, then `self.final_norm`, `self.final`."""
        # TODO (Code 3): here, or in notebooks/02_architectures.ipynb
        raise NotImplementedError
