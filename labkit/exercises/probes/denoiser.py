"""What Code 3, 4 and 5 are asked with: a small network, a small batch, and what moves its output."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import torch
from torch import Tensor, nn

from labkit.exercises.probe import Inputs
from labkit.models import BaseDiT
from labkit.text import TextFeatures

FEATURES, D_TEXT = 9, 12

Kind = TypeVar("Kind", bound=BaseDiT)


@dataclass(frozen=True)
class Batch:
    """What a network is called with; everything is real and no caption withheld unless said so."""

    x: Tensor
    t: Tensor
    text: TextFeatures
    mask: Tensor
    drop: Tensor

    @classmethod
    def draw(cls, draw: Inputs, B: int = 3, F: int = 5, L: int = 4) -> "Batch":
        words = torch.ones(B, L, dtype=torch.bool)
        text = TextFeatures(draw.normal(B, L, D_TEXT), words, draw.normal(B, D_TEXT))
        t = torch.arange(B) * 37 + 5
        mask, drop = torch.ones(B, F, dtype=torch.bool), torch.zeros(B, dtype=torch.bool)
        return cls(draw.normal(B, F, FEATURES), t, text, mask, drop)

    def but(self, **changes) -> "Batch":
        """The same with other fields, of this batch or of its `text`."""
        text = {name: changes.pop(name) for name in ("tokens", "pooled") if name in changes}
        return replace(self, **{"text": replace(self.text, **text), **changes})


def network(draw: Inputs, kind: type[Kind], depth: int = 2) -> Kind:
    """A small network in which no weight is zero."""
    model = kind(features=FEATURES, d_text=D_TEXT, width=16, depth=depth, heads=4)
    return draw.fill(model, 0.5)


def silence(*layers: nn.Module) -> None:
    """Let these layers say zero whatever they read."""
    for layer in layers:
        for parameter in layer.parameters():
            nn.init.zeros_(parameter)


def run(model: BaseDiT, batch: Batch):
    """The network's output: whatever `output_projection` returns."""
    return model(batch.x, batch.t, batch.text, batch.mask, batch.drop)


# ----------------------------------------------------------------------------------------------------------
#                                        What moves the output?
# ----------------------------------------------------------------------------------------------------------


def moved_by(before: Tensor, after: Mapping[str, Tensor]) -> str:
    """The names of those outputs that differ from `before` by more than rounding: "time + caption"."""
    if not torch.isfinite(before).all():
        return "values that are not finite (nan or inf)"
    tiny = 1e-4 * before.abs().max()
    names = [name for name, out in after.items() if not (out - before).abs().max() <= tiny]
    return " + ".join(names) or "nothing"


def told(model: BaseDiT, batch: Batch, draw: Inputs) -> str:
    """What the output listens to, of all that is not motion."""
    first, last = batch.text.tokens.clone(), batch.text.tokens.clone()
    first[:, 0], last[:, -1] = draw.normal(D_TEXT), draw.normal(D_TEXT)
    changes = {
        "time": batch.but(t=batch.t + 300),
        "caption": batch.but(pooled=draw.normal(*batch.text.pooled.shape)),
        "first word": batch.but(tokens=first),
        "last word": batch.but(tokens=last),
    }
    return moved_by(run(model, batch), {name: run(model, other) for name, other in changes.items()})


def withheld(model: BaseDiT, batch: Batch, draw: Inputs) -> str:
    """The same where no caption is given: its length may tell something too."""
    batch = batch.but(drop=torch.ones_like(batch.drop))
    text = batch.text
    changes = {
        "time": batch.but(t=batch.t + 300),
        "caption": batch.but(pooled=draw.normal(*text.pooled.shape)),
        "words": batch.but(tokens=draw.normal(*text.tokens.shape)),
        "length of the caption": batch.but(
            text=replace(text, tokens=text.tokens[:, :2], mask=text.mask[:, :2])
        ),
    }
    return moved_by(run(model, batch), {name: run(model, other) for name, other in changes.items()})


def frames(model: BaseDiT, draw: Inputs) -> str:
    """Which frames the middle one of 13 looks at: the input projection alone sees three to either side."""
    batch = Batch.draw(draw, B=2, F=13)

    def changed(at: int) -> Tensor:
        x = batch.x.clone()
        x[:, at] = draw.normal(FEATURES)
        return run(model, batch.but(x=x))[:, 6]

    after = {"itself": changed(6), "earlier frames": changed(0), "later frames": changed(12)}
    return moved_by(run(model, batch)[:, 6], after)


def padded_frames(model: BaseDiT, draw: Inputs) -> str:
    """Does it matter to a real frame what else is real, and how much padding follows?"""
    n = 4
    batch = Batch.draw(draw, B=2, F=n)
    other = batch.x.clone()
    other[:, 0] = draw.normal(FEATURES)

    def padded(F: int) -> Batch:
        x = torch.cat([batch.x, 10 * draw.normal(2, F - n, FEATURES)], dim=1)
        return batch.but(x=x, mask=(torch.arange(F) < n).expand(2, F))

    after = {"real frames": run(model, batch.but(x=other))}
    after["padded frames"] = run(model, padded(n + 5))[:, :n]
    return moved_by(run(model, batch), after)


def padded_words(model: BaseDiT, draw: Inputs) -> str:
    """The same for words; three real ones are followed by junk."""
    n = 3
    batch = Batch.draw(draw, B=2, L=n)

    def padded(L: int, junk: float) -> Batch:
        tokens = torch.cat([batch.text.tokens, junk * draw.normal(2, L - n, D_TEXT)], dim=1)
        return batch.but(text=TextFeatures(tokens, (torch.arange(L) < n).expand(2, L), batch.text.pooled))

    after = {"real words": run(model, batch.but(tokens=draw.normal(2, n, D_TEXT)))}
    after["padded words"] = torch.stack([run(model, padded(n + 2, 0.0)), run(model, padded(n + 4, 5.0))])
    return moved_by(run(model, batch), after)


def rows(model: BaseDiT, draw: Inputs) -> str:
    """Whose motion and caption a sample of the batch looks at."""
    batch, new = Batch.draw(draw), Batch.draw(draw)

    def exchanged(rows: list[int]) -> Tensor:
        other = [part.clone() for part in (batch.x, batch.t, batch.text.tokens, batch.text.pooled)]
        for part, fresh in zip(other, (new.x, new.t + 300, new.text.tokens, new.text.pooled), strict=True):
            part[rows] = fresh[rows]
        return run(model, batch.but(x=other[0], t=other[1], tokens=other[2], pooled=other[3]))

    own, others = exchanged([2])[2], exchanged([0, 1])[2]
    return moved_by(run(model, batch)[2], {"its own": own, "those of others": others})


def idle(model: BaseDiT, batch: Batch) -> str:
    """Layers of the three methods that get no gradient, as "blocks.1.mlp + final_norm"."""
    with torch.enable_grad():
        loss = run(model, batch)[batch.mask].square().sum()
        try:
            loss.backward()
        except RuntimeError:
            return "no backward pass at all"
    gradients: dict[str, bool] = {}
    for name, parameter in model.named_parameters():
        if name.startswith(("blocks", "memory_norm", "final")):
            gradient = torch.zeros(1) if parameter.grad is None else parameter.grad
            busy = bool(gradient.isfinite().all() and gradient.any())
            gradients[layer(name)] = gradients.get(layer(name), False) or busy
    return " + ".join(name for name, busy in gradients.items() if not busy) or "none"


def layer(name: str) -> str:
    """Of which layer a parameter is: "blocks.1.mlp.0.weight" → "blocks.1.mlp"."""
    parts = name.split(".")
    return ".".join(parts[: 3 if parts[0] == "blocks" else 1])


# ----------------------------------------------------------------------------------------------------------
#                                            What is the output?
# ----------------------------------------------------------------------------------------------------------


# Stored answers are small: three of the nine features tell what all nine would.
SOME = slice(None, None, 4)


def last_sample(model: BaseDiT, draw: Inputs) -> Tensor:
    """The output for the last of a batch without padding."""
    return run(model, Batch.draw(draw))[-1][:, SOME]


def everything(model: BaseDiT, draw: Inputs) -> Tensor:
    """The output at all real frames, with padded frames, padded words, and a caption withheld."""
    batch = Batch.draw(draw)
    text = replace(batch.text, mask=torch.arange(4) < torch.tensor([[4], [1], [3]]))
    mask = torch.arange(5) < torch.tensor([[3], [5], [2]])
    return run(model, batch.but(text=text, mask=mask, drop=torch.tensor([False, False, True])))[mask][:, SOME]
