"""Config B, adaptive layer norm: the condition modulates (shift, scale, gate) every LayerNorm (adaLN-Zero).

New modulation and output layers are zero, so training starts slowly: the first step changes only `final`,
then the gates become non-zero, and a layer gets a gradient when its gate is no longer zero.
"""

from torch import Tensor, nn

from labkit.models.base import Attention, BaseDiT, Condition, FeedForward
from labkit.stubs import stub


class AdaLNBlock(nn.Module):
    """The layers of one adaLN-Zero block, which `AdaLNDiT.backbone` applies (Peebles & Xie, sec. 3.2).

    `modulation`: c (B, W) → shifts, scales and gates (B, 6W); its weights are 0 at first. hidden: width of
    the MLP.
    """

    def __init__(self, width: int, heads: int, hidden: int):
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.attention = Attention(width, heads)
        self.mlp = FeedForward(width, hidden)
        self.modulation = nn.Linear(width, 6 * width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)


class AdaLNDiT(BaseDiT):
    """Time and caption are one vector per sample, from which each block computes its modulation."""

    network = "adaln"
    mlp_ratio = 2

    def __init__(self, **config):
        super().__init__(**config)
        W, D, heads = self.width, self.config["features"], self.config["heads"]
        mlp_width, depth = self.mlp_ratio * W, self.config["depth"]
        self.blocks = nn.ModuleList(AdaLNBlock(W, heads, mlp_width) for _ in range(depth))
        self.final_norm = nn.LayerNorm(W, elementwise_affine=False)
        self.final_modulation = nn.Linear(W, 2 * W)
        self.final = nn.Linear(W, D)
        for layer in (self.final_modulation, self.final):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    @stub("code4")
    def cond_mapping(self, condition: Condition) -> Tensor:
        """→ c (B, W), one vector per sample: silu(time + pooled).

        `condition.time` and `condition.pooled` are (B, W).

        You may return something else: only your own `backbone` and `output_projection` receive the result.
        """
        # TODO (Code 4): here, or in notebooks/02_architectures.ipynb
        raise NotImplementedError

    @stub("code4")
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
        # TODO (Code 4): here, or in notebooks/02_architectures.ipynb
        raise NotImplementedError

    @stub("code4")
    def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
        """The last hidden state (B, F, W) → (B, F, D): `self.final_norm`, scale and shift, then `self.final`.

        `self.final_modulation(c)` gives shift and scale, in this order, applied as in `backbone`.
        """
        # TODO (Code 4): here, or in notebooks/02_architectures.ipynb
        raise NotImplementedError
