"""Config C, cross-attention: every block looks the condition up, frame by frame."""

import torch
from torch import Tensor, nn

from labkit.models.base import Attention, BaseDiT, Condition, FeedForward


class Block(nn.Module):
    """Self-attention over frames, cross-attention to the condition, feed-forward; each with its residual."""

    def __init__(self, width: int, heads: int, hidden: int):
        super().__init__()
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(width), nn.LayerNorm(width), nn.LayerNorm(width)
        self.self_attention = Attention(width, heads)
        self.cross_attention = Attention(width, heads)
        self.mlp = FeedForward(width, hidden)

    def forward(self, h: Tensor, mask: Tensor, memory: Tensor, memory_mask: Tensor) -> Tensor:
        h = h + self.self_attention(self.norm1(h), mask)
        h = h + self.cross_attention(self.norm2(h), memory_mask, memory)
        return h + self.mlp(self.norm3(h))


class CrossAttentionDiT(BaseDiT):
    """Time, caption and words are a memory beside the frames (Peebles & Xie, sec. 3.2)."""

    network = "cross_attention"
    mlp_ratio = 3

    def __init__(self, **config):
        super().__init__(**config)
        W, heads = self.width, self.config["heads"]
        self.blocks = nn.ModuleList(Block(W, heads, self.mlp_ratio * W) for _ in range(self.config["depth"]))
        self.memory_norm = nn.LayerNorm(W)
        self.final_norm = nn.LayerNorm(W)
        self.final = nn.Linear(W, self.config["features"])

    def cond_mapping(self, condition: Condition) -> tuple[Tensor, Tensor]:
        """→ memory (B, 2 + L, W): time, caption, words; and its mask (B, 2 + L)."""
        always = torch.stack([condition.time, condition.pooled], dim=1)  # (B, 2, W)
        memory = self.memory_norm(torch.cat([always, condition.tokens], dim=1))
        mask = torch.cat([torch.ones_like(condition.mask[:, :1]).expand(-1, 2), condition.mask], dim=1)
        return memory, mask

    def backbone(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
        """→ (B, F, W)."""
        memory, memory_mask = c
        for block in self.blocks:
            h = block(h, mask, memory, memory_mask)
        return h

    def output_projection(self, h: Tensor, mask: Tensor, c: tuple[Tensor, Tensor]) -> Tensor:
        """→ (B, F, D)."""
        return self.final(self.final_norm(h))
