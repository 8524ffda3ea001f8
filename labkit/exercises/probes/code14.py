"""The probes of guided."""

from collections.abc import Callable

import torch
from torch import Tensor

from labkit.diffusion import guided
from labkit.exercises.probe import Inputs, arguments_kept, describe, probe
from labkit.text import TextFeatures

B, F, L, D = 3, 5, 4, 2


class GuidedNetwork:
    """What a denoiser is, in closed form: it attends to all real frames, and to a caption or to none.

    captions: which predictions it was asked for; "given by default" where it was called without `drop`.
    """

    def __init__(self, inputs: Inputs):
        self.null = inputs.normal(D)
        self.captions: set[str] = set()
        self.types: set[str] = set()

    def __call__(
        self,
        x: Tensor,
        t: Tensor,
        text: TextFeatures,
        mask: Tensor | None = None,
        drop: Tensor | None = None,
    ) -> Tensor:
        mask = torch.ones(x.shape[:2], dtype=torch.bool) if mask is None else mask
        self.types |= {f"x {x.dtype}, t {t.dtype}".replace("torch.", "")}
        if drop is None:
            drop = torch.zeros(len(x), dtype=torch.bool)
            self.captions.add("given by default")
        else:
            self.captions |= {"withheld" if row else "given" for row in drop.tolist()}
            if len(drop) != len(x):
                self.captions.add(f"`drop` of {len(drop)} for {len(x)} captions")
        words = (text.tokens * text.mask[..., None]).sum(1)  # (B, D)
        caption_part = torch.where(drop[:, None], self.null, text.pooled + words)[:, None]
        mean = (x * mask[..., None]).sum(1, keepdim=True) / mask.sum(1)[:, None, None]
        return (x + mean) * (t / 50).cos()[:, None, None] + caption_part * (1 + x)


class Batch:
    """What a network is called with; every frame is real unless `mask` is set."""

    def __init__(self, inputs: Inputs, size: float = 1.0):
        self.network = GuidedNetwork(inputs)
        self.x, self.t = size * inputs.normal(B, F, D), torch.tensor([5, 40, 90])
        words = torch.arange(L) < torch.tensor([[4], [2], [1]])
        self.text = TextFeatures(inputs.normal(B, L, D), words, inputs.normal(B, D))
        self.mask = torch.ones(B, F, dtype=torch.bool)

    def guided(self, scale: float) -> Tensor:
        return guided(self.network, self.x.clone(), self.t.clone(), self.text, self.mask.clone(), scale)


def terms(inputs: Inputs, sample: tuple[int, ...], size: float = 1.0) -> dict[str, Tensor]:
    """The two predictions."""
    batch, b = Batch(inputs, size), sample[-1]

    def predicted(drop: bool) -> Tensor:
        return batch.network(batch.x, batch.t, batch.text, batch.mask, torch.full((B,), drop))[b]

    return {"with the caption": predicted(False), "without it": predicted(True)}


def at_scales(*scales: float) -> Callable[[Inputs, tuple[int, ...]], str]:
    """The example of a probe whose outcome is a prediction, or one for each of several scales."""

    def example(inputs: Inputs, at: tuple[int, ...]) -> str:
        scale, place = scales[at[0] if len(at) > 3 else 0], at[-3:]
        return "At scale {:g}, sample {}, frame {}, feature {}".format(scale, *place)

    return example


@probe(0.5, "The result is one prediction a sample, with the shape and the dtype of x")
def shape(inputs: Inputs) -> str:
    whole, small = Batch(inputs), Batch(inputs)
    small.x, small.t, small.text, small.mask = (
        small.x[:1, :1],
        small.t[:1],
        small.text[:1],
        small.mask[:1, :1],
    )
    return f"{describe(whole.guided(2.0))}, of one sample and frame {describe(small.guided(2.0))}"


@probe(
    1,
    "The network is asked with the captions, `drop` False, and without them, `drop` True: it is given `drop` "
    "in every call, and x and t of their own types",
)
def captions(inputs: Inputs) -> str:
    batch = Batch(inputs)
    for scale in (2.0, 1.0, 0.0):
        batch.guided(scale)
    return " + ".join(sorted(batch.network.captions)) + "; " + " and ".join(sorted(batch.network.types))


@probe(1, "At scale 1 the result is the prediction with the caption", example=at_scales(1), terms=terms)
def one(inputs: Inputs) -> Tensor:
    return Batch(inputs).guided(1.0)


@probe(1, "At scale 0 the result is the prediction without the caption", example=at_scales(0), terms=terms)
def zero(inputs: Inputs) -> Tensor:
    return Batch(inputs).guided(0.0)


@probe(
    3,
    "At scale w the result is the prediction without the caption plus w times the difference that it makes",
    example=at_scales(2.5),
    terms=terms,
)
def line(inputs: Inputs) -> Tensor:
    return Batch(inputs).guided(2.5 * inputs.scale)


SCALES = (12.0, 0.4, -1.5)


@probe(
    1,
    "The equation holds for every scale: far above 1, between 0 and 1, and below 0, also for large motions",
    example=at_scales(*SCALES),
    terms=lambda inputs, sample: terms(inputs, sample, 40),
)
def ends(inputs: Inputs) -> Tensor:
    batch = Batch(inputs, 40)
    return torch.stack([batch.guided(scale * inputs.scale) for scale in SCALES])


@probe(1, "Both passes are given `mask`: what stands in padded frames changes no real frame")
def padding(inputs: Inputs) -> Tensor:
    batch = Batch(inputs)
    batch.mask = torch.arange(F) < torch.tensor([[5], [3], [2]])
    batch.x[~batch.mask] = 30.0
    return batch.guided(3.0)[batch.mask]


@probe(
    1,
    "Each sample has its own step and its own caption: a batch gives what its samples give one by one",
    example=at_scales(2),
    terms=terms,
)
def rows(inputs: Inputs) -> Tensor:
    batch = Batch(inputs)
    order = torch.tensor([2, 0, 1])
    batch.x, batch.t, batch.text = batch.x[order], batch.t[order], batch.text[order]
    return batch.guided(2.0)[order.argsort()]


arguments = arguments_kept(0.5, line, padding)
