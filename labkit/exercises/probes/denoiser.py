"""The probes that Code 3, 4 and 5 share. Each is a function of the network's class and of `Inputs`."""

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
class NetworkInputs:
    """The arguments of a network. By default nothing is padding and no caption is withheld."""

    x: Tensor
    t: Tensor
    text: TextFeatures
    mask: Tensor
    drop: Tensor

    @classmethod
    def sample(cls, inputs: Inputs, B: int = 3, F: int = 5, L: int = 4) -> "NetworkInputs":
        words = torch.ones(B, L, dtype=torch.bool)
        text = TextFeatures(inputs.normal(B, L, D_TEXT), words, inputs.normal(B, D_TEXT))
        t = torch.arange(B) * 37 + 5
        mask, drop = torch.ones(B, F, dtype=torch.bool), torch.zeros(B, dtype=torch.bool)
        return cls(inputs.normal(B, F, FEATURES), t, text, mask, drop)

    def mixed(self) -> "NetworkInputs":
        """The same three samples (F = 5, L = 4) with padded frames and words, the last caption withheld."""
        text = replace(self.text, mask=torch.arange(4) < torch.tensor([[2], [3], [1]]))
        mask = torch.arange(5) < torch.tensor([[3], [4], [2]])
        return self.but(text=text, mask=mask, drop=torch.tensor([False, False, True]))

    def but(self, **changes) -> "NetworkInputs":
        """A copy with these fields replaced, here or in `text`."""
        text = {name: changes.pop(name) for name in ("tokens", "pooled") if name in changes}
        return replace(self, **{"text": replace(self.text, **text), **changes})


def network(kind: type[Kind], inputs: Inputs, depth: int = 2, width: int = 16, std: float = 0.5) -> Kind:
    """A small network with random weights, none of them zero."""
    model = kind(features=FEATURES, d_text=D_TEXT, width=width, depth=depth, heads=4)
    return inputs.fill(model, std)


def silence(*layers: nn.Module) -> None:
    """Set the weights of these layers to zero, so that their output is zero for any input."""
    for layer in layers:
        for parameter in layer.parameters():
            nn.init.zeros_(parameter)


def run(model: BaseDiT, batch: NetworkInputs):
    """The network's output: whatever `output_projection` returns."""
    return model(batch.x, batch.t, batch.text, batch.mask, batch.drop)


# ----------------------------------------------------------------------------------------------------------
#                                 Which inputs does the output depend on?
# ----------------------------------------------------------------------------------------------------------


def moved_by(before: Tensor, after: Mapping[str, Tensor]) -> str:
    """The names of the outputs that differ from `before` by more than rounding, as "time + caption"."""
    if not torch.isfinite(before).all():
        return "values that are not finite (nan or inf)"
    tiny = 1e-4 * before.abs().max()
    names = [name for name, out in after.items() if not (out - before).abs().max() <= tiny]
    return " + ".join(names) or "nothing"


def shape(kind: type[BaseDiT], inputs: Inputs) -> str:
    return describe(run(network(kind, inputs), NetworkInputs.sample(inputs)))


def conditions(kind: type[BaseDiT], inputs: Inputs) -> str:
    """The inputs other than motion that the output depends on."""
    model, batch = network(kind, inputs), NetworkInputs.sample(inputs)
    first, last = batch.text.tokens.clone(), batch.text.tokens.clone()
    first[:, 0], last[:, -1] = inputs.normal(D_TEXT), inputs.normal(D_TEXT)
    changes = {
        "time": batch.but(t=batch.t + 300),
        "caption": batch.but(pooled=inputs.normal(*batch.text.pooled.shape)),
        "first word": batch.but(tokens=first),
        "last word": batch.but(tokens=last),
    }
    return moved_by(run(model, batch), {name: run(model, other) for name, other in changes.items()})


def withheld(kind: type[BaseDiT], inputs: Inputs) -> str:
    """The same where the caption is withheld; its length must have no influence either."""
    model, batch = network(kind, inputs), NetworkInputs.sample(inputs)
    batch = batch.but(drop=torch.ones_like(batch.drop))
    text = batch.text
    changes = {
        "time": batch.but(t=batch.t + 300),
        "caption": batch.but(pooled=inputs.normal(*text.pooled.shape)),
        "words": batch.but(tokens=inputs.normal(*text.tokens.shape)),
        "length of the caption": batch.but(
            text=replace(text, tokens=text.tokens[:, :2], mask=text.mask[:, :2])
        ),
    }
    return moved_by(run(model, batch), {name: run(model, other) for name, other in changes.items()})


def frames(kind: type[BaseDiT], inputs: Inputs) -> str:
    """The frames that the output of the middle one of 13 depends on."""
    model, batch = network(kind, inputs), NetworkInputs.sample(inputs, B=2, F=13)

    def changed(at: int) -> Tensor:
        x = batch.x.clone()
        x[:, at] = inputs.normal(FEATURES)
        return run(model, batch.but(x=x))[:, 6]

    after = {"itself": changed(6), "earlier frames": changed(0), "later frames": changed(12)}
    return moved_by(run(model, batch)[:, 6], after)


def padded_frames(kind: type[BaseDiT], inputs: Inputs) -> str:
    """Does the output of a real frame depend on the other real frames, and on padding?"""
    n = 4
    model, batch = network(kind, inputs), NetworkInputs.sample(inputs, B=2, F=n)
    other = batch.x.clone()
    other[:, 0] = inputs.normal(FEATURES)

    def padded(F: int) -> NetworkInputs:
        x = torch.cat([batch.x, 10 * inputs.normal(2, F - n, FEATURES)], dim=1)
        return batch.but(x=x, mask=(torch.arange(F) < n).expand(2, F))

    after = {"real frames": run(model, batch.but(x=other))}
    after["padded frames"] = run(model, padded(n + 5))[:, :n]
    return moved_by(run(model, batch), after)


def padded_words(kind: type[BaseDiT], inputs: Inputs) -> str:
    """The same for words: three real ones, followed by random padding."""
    n = 3
    model, batch = network(kind, inputs), NetworkInputs.sample(inputs, B=2, L=n)

    def padded(L: int, junk: float) -> NetworkInputs:
        tokens = torch.cat([batch.text.tokens, junk * inputs.normal(2, L - n, D_TEXT)], dim=1)
        return batch.but(text=TextFeatures(tokens, (torch.arange(L) < n).expand(2, L), batch.text.pooled))

    after = {"real words": run(model, batch.but(tokens=inputs.normal(2, n, D_TEXT)))}
    after["padded words"] = torch.stack([run(model, padded(n + 2, 0.0)), run(model, padded(n + 4, 5.0))])
    return moved_by(run(model, batch), after)


def rows(kind: type[BaseDiT], inputs: Inputs) -> str:
    """The samples of the batch that the output of one sample depends on."""
    model, batch, new = network(kind, inputs), NetworkInputs.sample(inputs), NetworkInputs.sample(inputs)

    def exchanged(rows: list[int]) -> Tensor:
        other = [part.clone() for part in (batch.x, batch.t, batch.text.tokens, batch.text.pooled)]
        for part, fresh in zip(other, (new.x, new.t + 300, new.text.tokens, new.text.pooled), strict=True):
            part[rows] = fresh[rows]
        return run(model, batch.but(x=other[0], t=other[1], tokens=other[2], pooled=other[3]))

    own, others = exchanged([2])[2], exchanged([0, 1])[2]
    return moved_by(run(model, batch)[2], {"its own": own, "those of others": others})


# Layers that a network does not use, so that they get no gradient.
UNREAD: dict[type[BaseDiT], tuple[str, ...]] = {AdaLNDiT: ("token_projection", "null_token")}


def idle(kind: type[BaseDiT], inputs: Inputs) -> str:
    """Layers and learned vectors that get no gradient, as "blocks.1.mlp + final_norm"."""
    model, found = trained(kind, inputs)
    if isinstance(found, str):
        return found
    gradients: dict[str, bool] = {}
    for name, parameter in model.named_parameters():
        if layer(name) not in UNREAD.get(kind, ()):
            gradient = torch.zeros(1) if parameter.grad is None else parameter.grad
            busy = bool(gradient.isfinite().all() and gradient.any())
            gradients[layer(name)] = gradients.get(layer(name), False) or busy
    return " + ".join(name for name, busy in gradients.items() if not busy) or "none"


def trained(kind: type[BaseDiT], inputs: Inputs) -> tuple[BaseDiT, str | None]:
    """A network after a backward pass from all real frames, or why there was none."""
    model, batch = network(kind, inputs), NetworkInputs.sample(inputs).mixed()
    with torch.enable_grad():
        out = run(model.train(), batch)[batch.mask]
        loss = (out * inputs.normal(*out.shape)).sum()
        try:
            loss.backward()
        except RuntimeError:
            return model, "no backward pass at all"
    return model, None


def layer(name: str) -> str:
    """The layer of a parameter: "blocks.1.mlp.0.weight" → "blocks.1.mlp"."""
    parts = name.split(".")
    return ".".join(parts[: 3 if parts[0] == "blocks" else 1])


# ----------------------------------------------------------------------------------------------------------
#                                           Values of the output
# ----------------------------------------------------------------------------------------------------------


# Three of the nine features are enough to detect mistakes, and keep the stored answers small.
SOME = slice(None, None, 4)


def last_sample(model: BaseDiT, inputs: Inputs) -> Tensor:
    """The output for the last of a batch without padding."""
    return run(model, NetworkInputs.sample(inputs))[-1][:, SOME]


def real(model: BaseDiT, batch: NetworkInputs) -> Tensor:
    """The output at all real frames."""
    return run(model, batch)[batch.mask][:, SOME]


def everything(kind: type[BaseDiT], inputs: Inputs) -> Tensor:
    """The output with padded frames, padded words, and a caption withheld."""
    return real(network(kind, inputs), NetworkInputs.sample(inputs).mixed())


def gradients(kind: type[BaseDiT], inputs: Inputs) -> Tensor | str:
    """The gradient of each parameter along a random direction."""
    model, found = trained(kind, inputs)
    if found:
        return found
    slopes = [
        (inputs.normal(*p.shape) * (0 if p.grad is None else p.grad)).sum() / len(p) ** 0.5
        for _, p in sorted(model.named_parameters())
    ]
    return torch.stack(slopes)


def training(kind: type[BaseDiT], inputs: Inputs) -> Tensor | str:
    """The output in training mode: the caption that is withheld is given, so nothing is random."""
    model, batch = network(kind, inputs).train(), NetworkInputs.sample(inputs).mixed()
    first, second = real(model, batch), real(model, batch)
    same = torch.allclose(first, second, rtol=1e-3, atol=1e-4)
    return first if same else "another output when called again with the same inputs"


def large(kind: type[BaseDiT], inputs: Inputs) -> Tensor:
    """The output for large motion, caption, time and weights, with one feature larger than the others."""
    model, batch = network(kind, inputs, width=48), NetworkInputs.sample(inputs).mixed()
    model.input_projection.weight[0] *= 10
    model.get_parameter("timestep_embedding.mlp.2.weight").mul_(10)
    model.get_parameter("final.weight").mul_(30)
    for name, parameter in model.named_parameters():
        if "norm" in name:
            parameter *= 4
    tokens, pooled = 40 * batch.text.tokens, 40 * batch.text.pooled
    return real(model, batch.but(x=100 * batch.x, t=batch.t + 900, tokens=tokens, pooled=pooled))


def single(kind: type[BaseDiT], inputs: Inputs) -> Tensor | str:
    """The output for one sample, one frame, one word, and two of these at once; shapes where one is wrong."""
    model, found = network(kind, inputs), []
    for B, F, L in ((1, 5, 4), (3, 1, 4), (3, 5, 1), (1, 1, 1)):
        out = run(model, NetworkInputs.sample(inputs, B, F, L))
        if out.shape != (B, F, FEATURES):
            return f"{describe(out)} for {B} x {F} frames and {L} words"
        found.append(out[..., SOME].flatten())
    return torch.cat(found)


def again(kind: type[BaseDiT], inputs: Inputs) -> Tensor:
    """The output of a second call, after one with other inputs of the same shape."""
    model, before, batch = (
        network(kind, inputs),
        NetworkInputs.sample(inputs),
        NetworkInputs.sample(inputs).mixed(),
    )
    run(model, before.but(t=before.t + 300))
    return real(model, batch)


def autocast(kind: type[BaseDiT], inputs: Inputs) -> str:
    """Does the output in bfloat16 equal that of float32 up to rounding?"""
    model, batch = network(kind, inputs, std=0.2), NetworkInputs.sample(inputs).mixed()
    exact = run(model, batch)[batch.mask]
    with torch.autocast("cpu", torch.bfloat16):
        rough = run(model, batch)[batch.mask].float()
    off = (rough - exact).norm() / exact.norm()
    return "like those of float32" if off < 0.1 else "other ones"


# ----------------------------------------------------------------------------------------------------------
#                                        The probes of all three networks
# ----------------------------------------------------------------------------------------------------------


def about(kind: type[BaseDiT], points: float, requirement: str, ask: Callable) -> Probe:
    """A probe that applies `ask` to one class of networks."""

    def ask_it(inputs: Inputs) -> object:
        return ask(kind, inputs)

    ask_it.__name__ = ask.__name__
    return probe(points, requirement)(ask_it)


def first_questions(kind: type[BaseDiT], condition: str, words: bool) -> list[Probe]:
    """The probes that come before those of the layers of a block.

    condition: the requirement of `conditions`. words: does this network use each word by itself?
    """
    questions = [
        (0.5, "`output_projection` gives one row of features a frame", shape),
        (0.5, f"{condition}. What changes the output", conditions),
        (0.25, "Each frame attends to all frames, before and after it. What changes its output", frames),
        (0.5, "Real frames attend to real frames only, never to padding. What changes them", padded_frames),
        (0.5, "Only real words are attended to, never padding. What changes the output", padded_words),
        (0.5, "Where the caption is withheld, only time is a condition. What changes the output", withheld),
        (0.25, "A sample depends on its own motion and caption only. What changes its output", rows),
        (0.5, "In training, every learned parameter gets a gradient. What gets none", idle),
    ]
    return [about(kind, *question) for question in questions if words or question[-1] is not padded_words]


def last_questions(kind: type[BaseDiT]) -> list[Probe]:
    """The probes that come after them: gradients, modes, sizes, precision, repeated calls."""
    questions = [
        (0.5, "Gradients are right, parameter by parameter", gradients),
        (0.5, "In training mode the output is the same as in eval mode", training),
        (0.5, "Large values are neither clipped, nor do they overflow", large),
        (0.5, "Axes of length 1 are kept: one sample, one frame, one word", single),
        (0.5, "The result of a call does not depend on calls before it", again),
        (0.5, "The network also runs in bfloat16 (torch.autocast). Its outputs are", autocast),
    ]
    asked = [about(kind, *question) for question in questions]
    return [*asked, arguments_kept(0.5, *(p for p in asked if p.name == "gradients"))]
