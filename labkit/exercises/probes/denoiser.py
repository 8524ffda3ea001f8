"""What Code 3, 4 and 5 are all asked. A question is a function of the network's class and of `Inputs`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import torch
from torch import Tensor, nn

from labkit.exercises.probe import Inputs, Probe, arguments_kept, describe, probe
from labkit.models import AdaLNDiT, BaseDiT
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

    def mixed(self) -> "Batch":
        """The same three samples of five frames and four words with padding, the last caption withheld."""
        text = replace(self.text, mask=torch.arange(4) < torch.tensor([[2], [3], [1]]))
        mask = torch.arange(5) < torch.tensor([[3], [4], [2]])
        return self.but(text=text, mask=mask, drop=torch.tensor([False, False, True]))

    def but(self, **changes) -> "Batch":
        """The same with other fields, of this batch or of its `text`."""
        text = {name: changes.pop(name) for name in ("tokens", "pooled") if name in changes}
        return replace(self, **{"text": replace(self.text, **text), **changes})


def network(kind: type[Kind], draw: Inputs, depth: int = 2, width: int = 16, std: float = 0.5) -> Kind:
    """A small network in which no weight is zero."""
    model = kind(features=FEATURES, d_text=D_TEXT, width=width, depth=depth, heads=4)
    return draw.fill(model, std)


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


def shape(kind: type[BaseDiT], draw: Inputs) -> str:
    return describe(run(network(kind, draw), Batch.draw(draw)))


def told(kind: type[BaseDiT], draw: Inputs) -> str:
    """What the output depends on, of all that is not motion."""
    model, batch = network(kind, draw), Batch.draw(draw)
    first, last = batch.text.tokens.clone(), batch.text.tokens.clone()
    first[:, 0], last[:, -1] = draw.normal(D_TEXT), draw.normal(D_TEXT)
    changes = {
        "time": batch.but(t=batch.t + 300),
        "caption": batch.but(pooled=draw.normal(*batch.text.pooled.shape)),
        "first word": batch.but(tokens=first),
        "last word": batch.but(tokens=last),
    }
    return moved_by(run(model, batch), {name: run(model, other) for name, other in changes.items()})


def withheld(kind: type[BaseDiT], draw: Inputs) -> str:
    """The same where no caption is given: its length may tell something too."""
    model, batch = network(kind, draw), Batch.draw(draw)
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


def frames(kind: type[BaseDiT], draw: Inputs) -> str:
    """On which frames the output of the middle one of 13 depends."""
    model, batch = network(kind, draw), Batch.draw(draw, B=2, F=13)

    def changed(at: int) -> Tensor:
        x = batch.x.clone()
        x[:, at] = draw.normal(FEATURES)
        return run(model, batch.but(x=x))[:, 6]

    after = {"itself": changed(6), "earlier frames": changed(0), "later frames": changed(12)}
    return moved_by(run(model, batch)[:, 6], after)


def padded_frames(kind: type[BaseDiT], draw: Inputs) -> str:
    """Does it matter to a real frame what else is real, and how much padding follows?"""
    n = 4
    model, batch = network(kind, draw), Batch.draw(draw, B=2, F=n)
    other = batch.x.clone()
    other[:, 0] = draw.normal(FEATURES)

    def padded(F: int) -> Batch:
        x = torch.cat([batch.x, 10 * draw.normal(2, F - n, FEATURES)], dim=1)
        return batch.but(x=x, mask=(torch.arange(F) < n).expand(2, F))

    after = {"real frames": run(model, batch.but(x=other))}
    after["padded frames"] = run(model, padded(n + 5))[:, :n]
    return moved_by(run(model, batch), after)


def padded_words(kind: type[BaseDiT], draw: Inputs) -> str:
    """The same for words; three real ones are followed by junk."""
    n = 3
    model, batch = network(kind, draw), Batch.draw(draw, B=2, L=n)

    def padded(L: int, junk: float) -> Batch:
        tokens = torch.cat([batch.text.tokens, junk * draw.normal(2, L - n, D_TEXT)], dim=1)
        return batch.but(text=TextFeatures(tokens, (torch.arange(L) < n).expand(2, L), batch.text.pooled))

    after = {"real words": run(model, batch.but(tokens=draw.normal(2, n, D_TEXT)))}
    after["padded words"] = torch.stack([run(model, padded(n + 2, 0.0)), run(model, padded(n + 4, 5.0))])
    return moved_by(run(model, batch), after)


def rows(kind: type[BaseDiT], draw: Inputs) -> str:
    """On whose motion and caption the output of one sample of the batch depends."""
    model, batch, new = network(kind, draw), Batch.draw(draw), Batch.draw(draw)

    def exchanged(rows: list[int]) -> Tensor:
        other = [part.clone() for part in (batch.x, batch.t, batch.text.tokens, batch.text.pooled)]
        for part, fresh in zip(other, (new.x, new.t + 300, new.text.tokens, new.text.pooled), strict=True):
            part[rows] = fresh[rows]
        return run(model, batch.but(x=other[0], t=other[1], tokens=other[2], pooled=other[3]))

    own, others = exchanged([2])[2], exchanged([0, 1])[2]
    return moved_by(run(model, batch)[2], {"its own": own, "those of others": others})


# What a network does not read, and so cannot train.
UNREAD: dict[type[BaseDiT], tuple[str, ...]] = {AdaLNDiT: ("token_projection", "null_token")}


def idle(kind: type[BaseDiT], draw: Inputs) -> str:
    """Layers and learned vectors that get no gradient, as "blocks.1.mlp + final_norm"."""
    model, found = trained(kind, draw)
    if isinstance(found, str):
        return found
    gradients: dict[str, bool] = {}
    for name, parameter in model.named_parameters():
        if layer(name) not in UNREAD.get(kind, ()):
            gradient = torch.zeros(1) if parameter.grad is None else parameter.grad
            busy = bool(gradient.isfinite().all() and gradient.any())
            gradients[layer(name)] = gradients.get(layer(name), False) or busy
    return " + ".join(name for name, busy in gradients.items() if not busy) or "none"


def trained(kind: type[BaseDiT], draw: Inputs) -> tuple[BaseDiT, str | None]:
    """A network after a backward pass from all real frames, or why there was none."""
    model, batch = network(kind, draw), Batch.draw(draw).mixed()
    with torch.enable_grad():
        out = run(model.train(), batch)[batch.mask]
        loss = (out * draw.normal(*out.shape)).sum()
        try:
            loss.backward()
        except RuntimeError:
            return model, "no backward pass at all"
    return model, None


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


def real(model: BaseDiT, batch: Batch) -> Tensor:
    """The output at all real frames."""
    return run(model, batch)[batch.mask][:, SOME]


def everything(kind: type[BaseDiT], draw: Inputs) -> Tensor:
    """The output with padded frames, padded words, and a caption withheld."""
    return real(network(kind, draw), Batch.draw(draw).mixed())


def gradients(kind: type[BaseDiT], draw: Inputs) -> Tensor | str:
    """The gradient of each parameter along a random direction."""
    model, found = trained(kind, draw)
    if found:
        return found
    slopes = [
        (draw.normal(*p.shape) * (0 if p.grad is None else p.grad)).sum() / len(p) ** 0.5
        for _, p in sorted(model.named_parameters())
    ]
    return torch.stack(slopes)


def training(kind: type[BaseDiT], draw: Inputs) -> Tensor | str:
    """The output in training mode: the caption that is withheld is given, so nothing is random."""
    model, batch = network(kind, draw).train(), Batch.draw(draw).mixed()
    first, second = real(model, batch), real(model, batch)
    same = torch.allclose(first, second, rtol=1e-3, atol=1e-4)
    return first if same else "another output when called again with the same inputs"


def large(kind: type[BaseDiT], draw: Inputs) -> Tensor:
    """The output where motion, caption, time and weights are large, and one feature stands out."""
    model, batch = network(kind, draw, width=48), Batch.draw(draw).mixed()
    model.input_projection.weight[0] *= 10
    model.get_parameter("timestep_embedding.mlp.2.weight").mul_(10)
    model.get_parameter("final.weight").mul_(30)
    for name, parameter in model.named_parameters():
        if "norm" in name:
            parameter *= 4
    tokens, pooled = 40 * batch.text.tokens, 40 * batch.text.pooled
    return real(model, batch.but(x=100 * batch.x, t=batch.t + 900, tokens=tokens, pooled=pooled))


def single(kind: type[BaseDiT], draw: Inputs) -> Tensor | str:
    """The output for one sample, one frame, one word, and two of these at once; shapes where one is wrong."""
    model, found = network(kind, draw), []
    for B, F, L in ((1, 5, 4), (3, 1, 4), (3, 5, 1), (1, 1, 1)):
        out = run(model, Batch.draw(draw, B, F, L))
        if out.shape != (B, F, FEATURES):
            return f"{describe(out)} for {B} x {F} frames and {L} words"
        found.append(out[..., SOME].flatten())
    return torch.cat(found)


def again(kind: type[BaseDiT], draw: Inputs) -> Tensor:
    """The output of a second call, after one with other inputs of the same shape."""
    model, before, batch = network(kind, draw), Batch.draw(draw), Batch.draw(draw).mixed()
    run(model, before.but(t=before.t + 300))
    return real(model, batch)


def autocast(kind: type[BaseDiT], draw: Inputs) -> str:
    """Is the output in bfloat16 that of float32, but for rounding?"""
    model, batch = network(kind, draw, std=0.2), Batch.draw(draw).mixed()
    exact = run(model, batch)[batch.mask]
    with torch.autocast("cpu", torch.bfloat16):
        rough = run(model, batch)[batch.mask].float()
    off = (rough - exact).norm() / exact.norm()
    return "like those of float32" if off < 0.1 else "other ones"


# ----------------------------------------------------------------------------------------------------------
#                                           Questions to all three
# ----------------------------------------------------------------------------------------------------------


def about(kind: type[BaseDiT], points: float, says: str, ask: Callable) -> Probe:
    """The probe that asks this question of one kind of network."""

    def ask_it(draw: Inputs) -> object:
        return ask(kind, draw)

    ask_it.__name__ = ask.__name__
    return probe(points, says)(ask_it)


def first_questions(kind: type[BaseDiT], condition: str, words: bool) -> list[Probe]:
    """What comes before the questions about the parts of a block.

    condition: the property that `told` asks for. words: whether this network reads the words one by one.
    """
    questions = [
        (0.5, "`output_projection` gives one row of features a frame", shape),
        (0.5, f"{condition}. What changes the output", told),
        (0.25, "A frame reads all frames, before it and after it. What changes it", frames),
        (0.5, "A real frame reads real frames only, padding changes nothing. What changes it", padded_frames),
        (0.5, "Only real words count, padding changes nothing. What changes the output", padded_words),
        (0.5, "Where the caption is withheld, only time is left. What changes the output", withheld),
        (0.25, "A sample reads its own motion and caption, not those of others. What changes it", rows),
        (0.5, "In training, a gradient reaches all that is learned. What gets none", idle),
    ]
    return [about(kind, *question) for question in questions if words or question[-1] is not padded_words]


def last_questions(kind: type[BaseDiT]) -> list[Probe]:
    """What comes after them: the same answer in every setting."""
    questions = [
        (0.5, "Gradients are right, parameter by parameter", gradients),
        (0.5, "In training mode the output is the same as in eval mode", training),
        (0.5, "Numbers may be large: nothing is cut off, and nothing overflows", large),
        (0.5, "One sample, one frame or one word is enough, and every axis stays", single),
        (0.5, "A second call gives what it would give alone: nothing stays from the call before", again),
        (0.5, "In bfloat16 (torch.autocast) it runs too. The numbers are", autocast),
    ]
    asked = [about(kind, *question) for question in questions]
    return [*asked, arguments_kept(0.5, *(p for p in asked if p.name == "gradients"))]
