"""The base of the three denoisers: a transformer over frames, conditioned on noise level and caption.

Peebles & Xie, "Scalable Diffusion Models with Transformers", ICCV 2023, sec. 3.2, with frames in the place of
image patches. The three configurations differ only in how the condition enters.
Letters: B batch, F frames, D features of a frame, L text tokens, C features of a text token, W width of the
network, H attention heads, N tokens of a sequence (attention's queries), M tokens of a memory (its keys).
Inside a `Denoiser` a "frame" is a token of P frames: F counts these tokens, D is P times as large.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from labkit.text import TextFeatures


@dataclass(frozen=True)
class Condition:
    """The embedded condition.

    time: (B, W), of the diffusion step. tokens: (B, L, W), one per word piece. mask: (B, L) bool, True where
    a word piece is real. pooled: (B, W), of the whole caption.
    """

    time: Tensor
    tokens: Tensor
    mask: Tensor
    pooled: Tensor


# ----------------------------------------------------------------------------------------------------------
#                                              Building blocks
# ----------------------------------------------------------------------------------------------------------


def sinusoids(positions: Tensor, width: int) -> Tensor:
    """Sine and cosine features of positions (N,) → (N, width), Vaswani et al. 2017, sec. 3.5; width is even.

    The first half holds cosines, the second half sines.
    """
    frequencies = torch.exp(
        -math.log(10_000) * torch.arange(width // 2, device=positions.device) / (width // 2)
    )  # (width / 2,)
    angles = positions[:, None].float() * frequencies  # (N, width / 2)
    return torch.cat([angles.cos(), angles.sin()], dim=-1)  # (N, width)


class TimestepEmbedder(nn.Module):
    """Diffusion step t (B,) → (B, W): sinusoidal features, then an MLP, as in DiT."""

    def __init__(self, width: int):
        super().__init__()
        self.width = width
        self.mlp = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, t: Tensor) -> Tensor:
        """t (B,) → (B, W)."""
        return self.mlp(sinusoids(t, self.width).to(next(self.mlp.parameters()).dtype))  # (B, W)


class Attention(nn.Module):
    """Multi-head attention (Vaswani et al. 2017, sec. 3.2.2) of x to a memory, by default to x itself."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.output = nn.Linear(width, width)

    def forward(self, x: Tensor, mask: Tensor, memory: Tensor | None = None) -> Tensor:
        """x (B, N, W), memory (B, M, W), mask (B, M) bool, True at keys to attend to → (B, N, W).

        Without a memory, M is N. A float mask is added to the scores (0 and −inf).
        """
        key, value = self.key_value(x if memory is None else memory).chunk(2, dim=-1)  # (B, M, W) each
        weights = self.weights(self.query(x), key, mask)  # (B, H, N, M)
        out = weights @ self.split_heads(value)  # (B, H, N, W/H)
        return self.output(out.transpose(1, 2).flatten(-2))  # (B, N, H, W/H), then (B, N, W)

    def weights(self, query: Tensor, key: Tensor, mask: Tensor) -> Tensor:
        """softmax(QKᵀ/√d) of query (B, N, W) and key (B, M, W) → (B, H, N, M): Vaswani et al. 2017, eq. 1.

        Not `scaled_dot_product_attention`: on a CPU its backward pass takes a third of a training step.
        """
        q, k = self.split_heads(query), self.split_heads(key)  # (B, H, N, W/H), (B, H, M, W/H)
        scores = q @ k.mT / math.sqrt(q.shape[-1])  # (B, H, N, M)
        mask = mask[:, None, None, :]  # (B, 1, 1, M)
        # A bool mask removes keys. A float mask is added: 0 and −inf remove too, 0 and 1 would not.
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype == torch.bool else scores + mask
        return scores.softmax(dim=-1)  # (B, H, N, M)

    def split_heads(self, x: Tensor) -> Tensor:
        """(B, N, W) → (B, H, N, W/H)."""
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)  # (B, N, H, W/H), then (B, H, N, W/H)


class FeedForward(nn.Sequential):
    """The transformer's two-layer MLP, applied to each token: (B, N, W) → (B, N, W)."""

    def __init__(self, width: int, hidden: int):
        super().__init__(nn.Linear(width, hidden), nn.GELU(approximate="tanh"), nn.Linear(hidden, width))


# ----------------------------------------------------------------------------------------------------------
#                                               The base class
# ----------------------------------------------------------------------------------------------------------


class BaseDiT(nn.Module):
    """Noisy motion → prediction, without the three methods in which the architectures differ.

    Subclasses make their layers in ``__init__`` and write `cond_mapping`, `backbone`, `output_projection`.
    features: D of the prediction. in_features: features of an input frame, D by default. d_text: C. width: W.
    depth: number of blocks. heads: H, a divisor of W. condition_dropout: probability of withholding a caption
    in training. Input and output are z-scored.
    """

    network: str  # the name in commands and checkpoints
    blocks: nn.ModuleList
    mlp_ratio: int  # chosen so that all three have 14·W² weights per block

    def __init__(
        self,
        features: int,
        d_text: int,
        width: int = 256,
        depth: int = 4,
        heads: int = 4,
        condition_dropout: float = 0.1,
        in_features: int | None = None,
    ):
        super().__init__()
        self.config = dict(
            features=features, d_text=d_text, width=width, depth=depth, heads=heads,
            condition_dropout=condition_dropout, in_features=in_features or features,
        )  # fmt: skip
        self.width, self.condition_dropout = width, condition_dropout
        self.input_projection = nn.Linear(in_features or features, width)
        self.timestep_embedding = TimestepEmbedder(width)
        self.token_projection = nn.Linear(d_text, width)
        self.pooled_projection = nn.Linear(d_text, width)
        self.null_token = nn.Parameter(0.02 * torch.randn(width))  # in the place of a caption
        self.null_pooled = nn.Parameter(0.02 * torch.randn(width))

    def cond_mapping(self, condition: Condition):
        """Condition → c, the input of this configuration's `backbone`: any tensor or tuple of tensors."""
        raise NotImplementedError

    def backbone(self, h: Tensor, mask: Tensor, c) -> Tensor:
        """Frames (B, F, W), their mask (B, F) bool, c from `cond_mapping` → the last hidden state."""
        raise NotImplementedError

    def output_projection(self, h: Tensor, mask: Tensor, c) -> Tensor:
        """The last hidden state, mask (B, F) bool, c → one row of features per frame (B, F, D)."""
        raise NotImplementedError

    def embed_condition(self, t: Tensor, text: TextFeatures, drop: Tensor) -> Condition:
        """Embed diffusion steps and captions → Condition.

        t: (B,) steps. text: features of the B captions. drop: (B,) bool, True where the caption is withheld;
        it is then replaced by one learned null token and a learned null vector.
        """
        tokens = self.token_projection(text.tokens)  # (B, L, W)
        null = torch.zeros_like(tokens)  # (B, L, W)
        null[:, 0] = self.null_token  # (W,) in each row
        first = torch.arange(tokens.shape[1], device=t.device)[None] == 0  # (1, L)
        pooled = self.pooled_projection(text.pooled)  # (B, W)
        return Condition(
            time=self.timestep_embedding(t),  # (B, W)
            tokens=torch.where(drop[:, None, None], null, tokens),  # (B, L, W)
            mask=torch.where(drop[:, None], first, text.mask),  # (B, L)
            pooled=torch.where(drop[:, None], self.null_pooled, pooled),  # (B, W)
        )

    def forward(
        self,
        x: Tensor,
        t: Tensor,
        text: TextFeatures,
        mask: Tensor | None = None,
        drop: Tensor | None = None,
    ) -> Tensor:
        """Prediction (B, F, D) for noisy motion x (B, F, in_features), z-scored, at diffusion steps t (B,).

        text: features of the B captions, tokens (B, L, C) and pooled (B, C).
        mask: (B, F) bool, True where a frame is real; all of them by default. Padding changes no real frame.
        drop: (B,) bool, True to withhold the caption; by default random in training, with probability
        ``condition_dropout`` (Ho & Salimans 2021), and False otherwise.
        """
        B, F, _ = x.shape
        if mask is None:
            mask = torch.ones(B, F, dtype=torch.bool, device=x.device)  # (B, F)
        if drop is None:
            p = self.condition_dropout if self.training else 0.0
            drop = torch.rand(B, device=x.device) < p  # (B,)

        h = self.input_projection(x)  # (B, F, W)
        h = h + sinusoids(torch.arange(F, device=x.device), self.width).to(h)  # (B, F, W)
        condition = self.embed_condition(t, text, drop)  # time (B, W), tokens (B, L, W), pooled (B, W)
        c = self.cond_mapping(condition)  # adaLN: (B, W); else tokens (B, 2 + L, W) and their mask
        h = self.backbone(h, mask, c)  # (B, F, W); in-context: (B, 2 + L + F, W)
        return self.output_projection(h, mask, c)  # (B, F, D)
