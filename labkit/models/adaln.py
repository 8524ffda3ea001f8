"""Config B, adaptive layer norm: the condition bends every block's normalisation (adaLN-Zero)."""

from torch import Tensor, nn
from torch.nn import functional

from labkit.models.base import Attention, BaseDiT, Condition, FeedForward


def modulate(h: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """(1 + scale) · h + shift, one shift and scale a sample: (B, N, W), (B, W), (B, W) → (B, N, W)."""
    return h * (1 + scale[:, None]) + shift[:, None]


class Block(nn.Module):
    """A transformer block whose shifts, scales and gates come from c. Zero at the start: the identity."""

    def __init__(self, width: int, heads: int, hidden: int):
        super().__init__()
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.attention = Attention(width, heads)
        self.mlp = FeedForward(width, hidden)
        self.modulation = nn.Linear(width, 6 * width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
        shift1, scale1, gate1, shift2, scale2, gate2 = self.modulation(c).chunk(6, dim=-1)
        h = h + gate1[:, None] * self.attention(modulate(self.norm(h), shift1, scale1), mask)
        return h + gate2[:, None] * self.mlp(modulate(self.norm(h), shift2, scale2))


class AdaLNDiT(BaseDiT):
    """Time and caption become one vector a sample; each block regresses its modulation from it."""

    network = "adaln"
    mlp_ratio = 2

    def __init__(self, **config):
        super().__init__(**config)
        W, D, heads = self.width, self.config["features"], self.config["heads"]
        self.blocks = nn.ModuleList(Block(W, heads, self.mlp_ratio * W) for _ in range(self.config["depth"]))
        self.final_norm = nn.LayerNorm(W, elementwise_affine=False)
        self.final_modulation = nn.Linear(W, 2 * W)
        self.final = nn.Linear(W, D)
        for layer in (self.final_modulation, self.final):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def cond_mapping(self, condition: Condition) -> Tensor:
        """→ c (B, W)."""
        return functional.silu(condition.time + condition.pooled)

    def backbone(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
        """→ (B, F, W)."""
        for block in self.blocks:
            h = block(h, mask, c)
        return h

    def output_projection(self, h: Tensor, mask: Tensor, c: Tensor) -> Tensor:
        """→ (B, F, D)."""
        shift, scale = self.final_modulation(c).chunk(2, dim=-1)
        return self.final(modulate(self.final_norm(h), shift, scale))
