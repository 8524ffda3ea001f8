"""The probes that Code 3, 4 and 5 share. Each is a function of the network's class and of `Inputs`."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import torch
from torch import Tensor, nn

from labkit.exercises.probe import Inputs, Probe, arguments_kept, describe, moved_by, probe
from labkit.models import AdaLNDiT, BaseDiT
from labkit.models.base import Attention
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


def network(
    kind: type[Kind], inputs: Inputs, depth: int = 2, width: int = 16, std: float = 0.5, heads: int = 4
) -> Kind:
    """A small network with random weights, none of them zero."""
    return inputs.fill(network_without_weights(kind, depth, width, heads), std)


def network_without_weights(kind: type[Kind], depth: int = 2, width: int = 16, heads: int = 4) -> Kind:
    return kind(features=FEATURES, d_text=D_TEXT, width=width, depth=depth, heads=heads)


def silence(*layers: nn.Module) -> None:
    """Set the weights of these layers to zero, so that their output is zero for any input."""
    for layer in layers:
        for parameter in layer.parameters():
            nn.init.zeros_(parameter)


def constant_outputs(model: BaseDiT, *names: str) -> None:
    """Let these layers of every block return their bias, whatever their input is."""
    for block in model.blocks:
        for name in names:
            nn.init.zeros_(block.get_submodule(name).weight)


def run(model: BaseDiT, batch: NetworkInputs):
    """The network's output: whatever `output_projection` returns."""
    return model(batch.x, batch.t, batch.text, batch.mask, batch.drop)


# ----------------------------------------------------------------------------------------------------------
#                                 Which inputs does the output depend on?
# ----------------------------------------------------------------------------------------------------------


def shape(kind: type[BaseDiT], inputs: Inputs) -> str:
    return describe(run(network(kind, inputs), NetworkInputs.sample(inputs)))


def conditions(kind: type[BaseDiT], inputs: Inputs) -> str:
    """The inputs other than motion that the output depends on."""
    model, batch = network(kind, inputs), NetworkInputs.sample(inputs)
    first, last, apart = (batch.text.tokens.clone() for _ in range(3))
    first[:, 0], last[:, -1] = inputs.normal(D_TEXT), inputs.normal(D_TEXT)
    difference = inputs.normal(D_TEXT)
    apart[:, 0] += difference
    apart[:, -1] -= difference  # so that the mean of the words stays
    changes = {
        "time": batch.but(t=batch.t + 300),
        "caption": batch.but(pooled=inputs.normal(*batch.text.pooled.shape)),
        "first word": batch.but(tokens=first),
        "last word": batch.but(tokens=last),
        "a difference between words": batch.but(tokens=apart),
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

    def changed(first: int, end: int) -> Tensor:
        x = batch.x.clone()
        x[:, first:end] = inputs.normal(2, end - first, FEATURES)
        return run(model, batch.but(x=x))[:, 6]

    after = {"itself": changed(6, 7), "earlier frames": changed(0, 6), "later frames": changed(7, 13)}
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

    before = run(model, batch)
    after = {"real frames": run(model, batch.but(x=other))}
    one, two = (run(model, padded(n + 5))[:, :n] for _ in range(2))
    after["values of padded frames"] = before + one - two
    after["number of padded frames"] = one
    return moved_by(before, after)


def padded_words(kind: type[BaseDiT], inputs: Inputs) -> str:
    """The same for words: three real ones, followed by random padding."""
    n = 3
    model, batch = network(kind, inputs), NetworkInputs.sample(inputs, B=2, L=n)

    def padded(L: int, junk: float) -> NetworkInputs:
        tokens = torch.cat([batch.text.tokens, junk * inputs.normal(2, L - n, D_TEXT)], dim=1)
        return batch.but(text=TextFeatures(tokens, (torch.arange(L) < n).expand(2, L), batch.text.pooled))

    before = run(model, batch)
    after = {"real words": run(model, batch.but(tokens=inputs.normal(2, n, D_TEXT)))}
    after["values of padded words"] = before + run(model, padded(n + 4, 0.0)) - run(model, padded(n + 4, 5.0))
    after["number of padded words"] = run(model, padded(n + 2, 0.0))
    return moved_by(before, after)


def unmixed(kind: type[BaseDiT], inputs: Inputs) -> str:
    """What a row of the output depends on where the output of attention is zero."""
    model, batch = network(kind, inputs), NetworkInputs.sample(inputs, B=2)
    F, text = batch.x.shape[1], batch.text
    silence(*(layer.output for layer in model.modules() if isinstance(layer, Attention)))
    out = run(model, batch)
    if not torch.isfinite(out).all():
        return "values that are not finite (nan or inf)"

    def moves(**changes) -> Tensor:
        """(F,): is this row of the output another one then?"""
        other = run(model, batch.but(**changes))[:, :F]
        return ~((other - out).abs().amax((0, 2)) <= 1e-4 * out.abs().max())

    def frame(i: int) -> Tensor:
        x = batch.x.clone()
        x[:, i] = inputs.normal(2, FEATURES)
        return moves(x=x)

    by_frame = torch.stack([frame(i) for i in range(F)])  # (F, F): the frame changed, the row of the output
    padding = torch.cat([batch.x, inputs.normal(2, 3, FEATURES)], dim=1)
    words = torch.cat([text.tokens, inputs.normal(2, 2, D_TEXT)], dim=1)
    found = {
        "its own frame": by_frame.diagonal().all(),
        "earlier frames": by_frame.triu(1).any(),
        "later frames": by_frame.tril(-1).any(),
        "time": moves(t=batch.t + 300).any(),
        "caption": moves(pooled=inputs.normal(*text.pooled.shape)).any(),
        "words": moves(tokens=inputs.normal(*text.tokens.shape)).any(),
        "number of padded frames": moves(x=padding, mask=(torch.arange(F + 3) < F).expand(2, -1)).any(),
        "number of padded words": moves(
            text=TextFeatures(words, (torch.arange(6) < 4).expand(2, -1), text.pooled)
        ).any(),
    }
    return " + ".join(name for name, moved in found.items() if moved) or "nothing"


def rows(kind: type[BaseDiT], inputs: Inputs) -> str:
    """What the first frame of the last, longest sample depends on."""
    model, batch, new = network(kind, inputs), NetworkInputs.sample(inputs), NetworkInputs.sample(inputs)
    text = replace(batch.text, mask=torch.arange(4) < torch.tensor([[1], [2], [4]]))
    batch = batch.but(text=text, mask=torch.arange(5) < torch.tensor([[2], [3], [5]]))

    def exchanged(rows: list[int]) -> Tensor:
        other = [part.clone() for part in (batch.x, batch.t, batch.text.tokens, batch.text.pooled)]
        for part, fresh in zip(other, (new.x, new.t + 300, new.text.tokens, new.text.pooled), strict=True):
            part[rows] = fresh[rows]
        return run(model, batch.but(x=other[0], t=other[1], tokens=other[2], pooled=other[3]))

    x, tokens = batch.x.clone(), batch.text.tokens.clone()
    x[2, -1], tokens[2, -1] = new.x[2, -1], new.text.tokens[2, -1]
    after = {
        "its own": exchanged([2]),
        "its own last frame": run(model, batch.but(x=x)),
        "its own last word": run(model, batch.but(tokens=tokens)),
        "those of others": exchanged([0, 1]),
    }
    return moved_by(run(model, batch)[2, 0], {name: out[2, 0] for name, out in after.items()})


# Layers that a network does not use, so that they get no gradient.
UNREAD: dict[type[BaseDiT], tuple[str, ...]] = {AdaLNDiT: ("token_projection", "null_token")}


def idle(kind: type[BaseDiT], inputs: Inputs) -> str:
    """Layers and learned vectors that get no gradient, as "blocks.1.mlp + final_norm"."""
    model, found = backward(kind, inputs, mode=True)
    if isinstance(found, str):
        return found
    gradients: dict[str, bool] = {}
    for name, parameter in model.named_parameters():
        if layer(name) not in UNREAD.get(kind, ()):
            gradient = torch.zeros(1) if parameter.grad is None else parameter.grad
            busy = bool(gradient.isfinite().all() and gradient.any())
            gradients[layer(name)] = gradients.get(layer(name), False) or busy
    return " + ".join(name for name, busy in gradients.items() if not busy) or "none"


def backward(kind: type[BaseDiT], inputs: Inputs, mode: bool) -> tuple[BaseDiT, str | None]:
    """A network after a backward pass from all real frames, or why there was none. mode: training mode?"""
    model, batch = network(kind, inputs), NetworkInputs.sample(inputs).mixed()
    with torch.enable_grad():
        out = run(model.train(mode), batch)[batch.mask]
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
    """The gradient of each parameter along a random direction, in evaluation mode."""
    model, found = backward(kind, inputs, mode=False)
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
    model, batch = network(kind, inputs, width=48, heads=2), NetworkInputs.sample(inputs).mixed()
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
        out = run(copy.deepcopy(model), NetworkInputs.sample(inputs, B, F, L))
        if out.shape != (B, F, FEATURES):
            return f"{describe(out)} for {B} x {F} frames and {L} words"
        found.append(out[..., SOME].flatten())
    return torch.cat(found)


def again(kind: type[BaseDiT], inputs: Inputs) -> str:
    """Does the output depend on its arguments only, or also on those of a call before it?"""
    model, other, batch = network(kind, inputs), NetworkInputs.sample(inputs), NetworkInputs.sample(inputs)
    batch, text = batch.mixed().but(drop=torch.zeros_like(batch.drop)), other.text
    earlier = {
        "the frames of an earlier call": batch.but(x=other.x),
        "the mask of an earlier call": batch.but(mask=other.mask),
        "the condition of an earlier call": batch.but(
            t=other.t + 300, tokens=text.tokens, pooled=text.pooled
        ),
        "the words' mask of an earlier call": batch.but(text=replace(batch.text, mask=text.mask)),
        "the sizes of an earlier call": NetworkInputs.sample(inputs, 2, 4, 3),
    }

    def anew() -> BaseDiT:
        """The same network, never called. An unused vector differs, so that it is not taken for the first."""
        twin = copy.deepcopy(model)
        twins.append(twin)
        twin.get_parameter("null_token").add_(len(twins))
        return twin

    twins: list[BaseDiT] = []
    fresh = {name: anew() for name in ("", "its arguments", "a repetition of the same call", *earlier)}
    before = real(fresh[""], batch)
    after = {"its arguments": run(fresh["its arguments"], other)[batch.mask][:, SOME]}
    for name, call in earlier.items():
        run(fresh[name], call)
        after[name] = real(fresh[name], batch)
    after["a repetition of the same call"] = real(fresh["a repetition of the same call"], batch)
    return moved_by(before, after)


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


def about(kind: type[BaseDiT], points: float, requirement: str, ask: Callable, **more) -> Probe:
    """A probe that applies `ask` to one class of networks."""

    def ask_it(inputs: Inputs) -> object:
        return ask(kind, inputs)

    ask_it.__name__ = ask.__name__
    return probe(points, requirement, **more)(ask_it)


SIZES = f"B = 3 samples, F = 5 frames, L = 4 words, W = 16, D = {FEATURES}"


def first_questions(kind: type[BaseDiT], condition: str, words: bool) -> list[Probe]:
    """The probes that come before those of the layers of a block.

    condition: the requirement of `conditions`. words: does this network use each word by itself?
    """
    no_norm = "and no norm or mean runs over"
    questions = [
        (0.25, f"`output_projection` gives one row of features a frame ({SIZES})", shape),
        (
            0.25,
            "A sample depends on its own motion and caption only, and on all of them where others of the "
            "batch are shorter. What changes its output",
            rows,
        ),
        (0.5, f"{condition}. What changes the output", conditions),
        (
            0.25,
            "Only attention mixes frames, words or positions: where its output is zero, as here, row i comes "
            "from frame i. What changes a row",
            unmixed,
        ),
        (0.25, "Each frame attends to all frames, before and after it. What changes its output", frames),
        (
            0.5,
            f"Real frames attend to real frames only, never to padding, {no_norm} frames. What changes them",
            padded_frames,
        ),
        (
            0.5,
            f"Only real words are attended to, never padding, {no_norm} words. What changes the output",
            padded_words,
        ),
        (0.5, "Where the caption is withheld, only time is a condition. What changes the output", withheld),
        (0.5, "In training, every learned parameter gets a gradient. What gets none", idle),
    ]
    return [about(kind, *question) for question in questions if words or question[-1] is not padded_words]


def last_questions(kind: type[BaseDiT]) -> list[Probe]:
    """The probes that come after them: gradients, modes, sizes, precision, repeated calls."""

    def layers() -> list[str]:
        """The layer of each entry of `gradients`."""
        with torch.device("meta"):  # makes no random numbers
            model = network_without_weights(kind)
        return [layer(name) for name, _ in sorted(model.named_parameters())]

    questions = [
        (0.5, "In training mode the output is the same as in eval mode, with nothing random in it", training),
        (0.5, "Large values are neither clipped, nor do they overflow", large),
        (0.5, "Axes of length 1 are kept: one sample, one frame, one word", single),
        (0.5, "The network also runs in bfloat16 (torch.autocast). Its outputs are", autocast),
    ]
    first, *asked = [about(kind, *question) for question in questions]
    slopes = about(kind, 0.5, "Gradients are right, layer by layer", gradients, labels=layers)
    calls = about(
        kind,
        0.5,
        "A call depends on its arguments only: nothing is stored for the next call, and nothing is random. "
        "What changes the output",
        again,
        first=".*(earlier call|repetition).*",
    )
    return [first, slopes, *asked, calls, arguments_kept(0.5, first, slopes)]
