"""What is asked of ddpm_loss."""

import torch
from torch import Tensor

from labkit.diffusion import PREDICTION_TYPES, Schedule, ddpm_loss
from labkit.exercises.probe import Inputs, describe, probe

T = 100
STEPS = torch.tensor([5, 30, 60, 90])  # each sample at a step of its own


class Witness:
    """A network that puts out what it is told to, and remembers what it was asked."""

    def __init__(self, prediction: Tensor):
        self.prediction, self.asked = prediction, []

    def __call__(self, x_t: Tensor, t: Tensor) -> Tensor:
        self.asked.append((x_t.clone(), t.clone()))
        return self.prediction


def everything(*shape: int) -> Tensor:
    """A mask without padding."""
    return torch.ones(shape, dtype=torch.bool)


def watched(draw: Inputs) -> tuple[Tensor, Witness]:
    """The loss of four motions of five frames, and a network that saw it being made."""
    model = Witness(draw.normal(4, 5, 3))
    x0, noise = draw.normal(4, 5, 3), draw.normal(4, 5, 3)
    return ddpm_loss(model, Schedule(T), x0, STEPS.clone(), noise, everything(4, 5)), model


def padded(x0: Tensor, noise: Tensor, error: Tensor, junk: float) -> Tensor:
    """The loss of motions of 5, 3 and 1 frames among 6; in the padding the network is wrong by `junk`."""
    mask = torch.arange(6) < torch.tensor([[5], [3], [1]])
    model = Witness(x0 + torch.where(mask[..., None], error, junk))
    return ddpm_loss(model, Schedule(T), x0.clone(), STEPS[:3].clone(), noise.clone(), mask)


@probe(1, "The loss is one number for each sample, and the network is asked once")
def shape(draw: Inputs) -> str:
    loss, model = watched(draw)
    asked = len(model.asked)
    return describe(loss) if asked == 1 else f"{describe(loss)}, network asked {asked}×"


@probe(2, "The network is shown x_t = √ᾱ_t · x0 + √(1 − ᾱ_t) · noise, which schedule.q_sample makes")
def x_t(draw: Inputs) -> Tensor:
    _, model = watched(draw)
    return model.asked[0][0]


@probe(1, "The network is told t as it is, a whole step (B,) for each sample")
def t(draw: Inputs) -> Tensor:
    _, model = watched(draw)
    return model.asked[0][1]


@probe(
    2,
    "The loss is the squared difference from what `schedule.prediction_type` asks for: the noise, x0 or v",
)
def target(draw: Inputs) -> Tensor:
    losses = []
    for prediction_type in PREDICTION_TYPES:
        # one frame of one number: sum and mean are the same
        x0, noise, prediction = draw.normal(4, 1, 1), draw.normal(4, 1, 1), draw.normal(4, 1, 1)
        schedule = Schedule(T, prediction_type=prediction_type)
        losses.append(ddpm_loss(Witness(prediction), schedule, x0, STEPS.clone(), noise, everything(4, 1)))
    return torch.stack(losses)


@probe(
    1,
    "What the network says of padded frames does not count: `mask` is True at real frames",
    ("the factor by which nonsense in the padding changes a loss", lambda a: a[-1]),
)
def padding(draw: Inputs) -> Tensor:
    given = draw.normal(3, 3, 6, 4)
    return padded(*given, junk=10.0) / padded(*given, junk=1.0)


@probe(
    2,
    "A motion's loss is the mean (or sum) over its real frames, however many frames of padding follow",
    ("the loss of a motion of 1 frame in a batch of 6", lambda a: a[-1]),
)
def mean(draw: Inputs) -> Tensor:
    return padded(*draw.normal(3, 3, 6, 4), junk=1.0)


@probe(1, "The gradient of the loss reaches the network")
def gradient(draw: Inputs) -> Tensor | str:
    x0, prediction = draw.normal(2, 4, 3), draw.normal(2, 4, 3)
    mask = torch.arange(4) < torch.tensor([[4], [2]])
    with torch.enable_grad():
        model = Witness(1 * prediction.requires_grad_())
        loss = ddpm_loss(model, Schedule(T), x0, STEPS[:2].clone(), draw.normal(2, 4, 3), mask)
        if not loss.requires_grad:
            return "a loss without gradient"
        return torch.autograd.grad(loss.sum(), prediction)[0]
