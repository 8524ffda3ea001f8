"""Config A, in-context conditioning: the condition is a few more tokens in the stream of frames."""

import torch
from torch import Tensor, nn

from labkit.models.base import Attention, BaseDiT, Condition, FeedForward


class Block(nn.Module):
    """The plain pre-norm transformer block: (B, N, W) → (B, N, W)."""

    def __init__(self, width: int, heads: int, hidden: int):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.mlp = FeedForward(width, hidden)

    def forward(self, h: Tensor, mask: Tensor) -> Tensor:
        h = h + self.attention(self.norm1(h), mask)
        return h + self.mlp(self.norm2(h))


class InContextDiT(BaseDiT):
    """Time, caption and words join the frames; self-attention mixes them all (Peebles & Xie, sec. 3.2)."""

    network = "incontext"
    mlp_ratio = 5

    def __init__(self, **config):
        super().__init__(**config)
        W, heads = self.width, self.config["heads"]
        self.blocks = nn.ModuleList(Block(W, heads, self.mlp_ratio * W) for _ in range(self.config["depth"]))
        self.final_norm = nn.LayerNorm(W)
        self.final = nn.Linear(W, self.config["features"])

    def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
        """→ condition tokens (B, 2 + L, W): time, caption, words; and their mask (B, 2 + L)."""
        always = torch.stack([condition.time, condition.pooled], dim=1)  # (B, 2, W)
        tokens = torch.cat([always, condition.tokens], dim=1)
        mask = torch.cat([torch.ones_like(condition.mask[:, :1]).expand(-1, 2), condition.mask], dim=1)
        return tokens, mask

    def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
        """→ (B, 2 + L + F, W): the whole stream, condition first."""
        tokens, token_mask = c
        h = torch.cat([tokens, h], dim=1)
        mask = torch.cat([token_mask, mask], dim=1)
        for block in self.blocks:
            h = block(h, mask)
        return h

    def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
        """→ (B, F, D): the condition tokens are dropped again."""
        return self.final(self.final_norm(h[:, -mask.shape[1] :]))
