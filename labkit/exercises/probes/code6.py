"""What is asked of ddpm_loss."""

import torch
from torch import Tensor

from labkit.diffusion import PREDICTION_TYPES, Schedule, ddpm_loss
from labkit.exercises.probe import Inputs, arguments_kept, describe, probe

SCHEDULES = tuple(
    Schedule(T, kind, prediction_type)
    for T, kind in ((100, "cosine"), (40, "linear"))
    for prediction_type in PREDICTION_TYPES
)


class Witness:
    """A network that puts out what it is made with, and remembers what it was asked."""

    def __init__(self, prediction: Tensor):
        self.prediction, self.asked = prediction, []

    def __call__(self, x_t: Tensor, t: Tensor, /) -> Tensor:
        self.asked.append((copy(x_t), copy(t)))
        return self.prediction


def copy(value: object) -> object:
    return value.clone() if isinstance(value, Tensor) else value


def steps(draw: Inputs, schedule: Schedule) -> Tensor:
    """Four samples, each at a step of its own, the first and the last step among them."""
    T = schedule.T
    inner = draw.integers(1, T // 2, 1), draw.integers(T // 2, T - 1, 1)
    return torch.cat([inner[0], torch.tensor([0, T - 1]), inner[1]])


def everything(*shape: int) -> Tensor:
    """A mask without padding."""
    return torch.ones(shape, dtype=torch.bool)


def watched(draw: Inputs, schedule: Schedule, ends: bool = True) -> tuple[Tensor, Witness]:
    """The loss of four motions of five frames, and a network that saw it being made. ends: are samples at the
    first and the last step among them?"""
    t = steps(draw, schedule) if ends else steps(draw, schedule).clamp(1, schedule.T - 2)
    x0, noise, model = draw.normal(4, 5, 3), draw.normal(4, 5, 3), Witness(draw.normal(4, 5, 3))
    x0[2] *= 100  # at the last step so little of x0 is left that it could not be seen
    return ddpm_loss(model, schedule, x0, t, noise, everything(4, 5)), model


def motions(draw: Inputs) -> list[tuple[Tensor, ...]]:
    """x0, t, noise and error (3, 6, 4) for each schedule."""
    return [(*draw.normal(3, 3, 6, 4), steps(draw, schedule)[[0, 1, 3]]) for schedule in SCHEDULES]


def padded(given: list[tuple[Tensor, ...]], junk: float) -> Tensor:
    """Losses (6, 3) of motions of 5, 3 and 1 frames among 6, by every schedule, with other rows each time; in
    the padding the network is wrong by `junk`."""
    losses = []
    for n, (schedule, (x0, noise, error, t)) in enumerate(zip(SCHEDULES, given)):
        mask = torch.arange(6) < torch.tensor([5, 3, 1]).roll(n)[:, None]
        model = Witness(schedule.target(x0, noise, t) + torch.where(mask[..., None], error, junk))
        losses.append(ddpm_loss(model, schedule, x0, t, noise, mask).roll(-n))
    return torch.stack(losses)


def single(draw: Inputs, schedule: Schedule) -> tuple[Tensor, ...]:
    """x0, t, noise and prediction of four motions of one number, of which sum and mean are the same."""
    x0, noise, prediction = draw.normal(3, 4, 1, 1)
    return x0, steps(draw, schedule), noise, prediction


def example(draw: Inputs, at: tuple[int, ...]) -> str:
    given = [single(draw, schedule) for schedule in SCHEDULES][at[0]]
    x0, t, noise, prediction = (float(value[at[1]].squeeze()) for value in given)
    config = SCHEDULES[at[0]].config
    return (
        f'With Schedule({config["T"]}, "{config["kind"]}", "{config["prediction_type"]}"), one frame of one '
        f"number, t = {t:g}, x0 = {x0:.4g}, noise = {noise:.4g} and prediction = {prediction:.4g}"
    )


@probe(0.5, "The loss is one number for each sample, float32, and the network is asked once")
def shape(draw: Inputs) -> str:
    loss, model = watched(draw, SCHEDULES[1])
    asked = len(model.asked)
    return describe(loss) if asked == 1 else f"{describe(loss)}, network asked {asked}×"


@probe(1.5, "The network is given x_t = √ᾱ_t · x0 + √(1 − ᾱ_t) · noise, which schedule.q_sample makes")
def x_t(draw: Inputs) -> Tensor:
    asked = [watched(draw, s, ends)[1].asked for s in SCHEDULES for ends in (True, False)]
    return torch.stack([calls[0][0] for calls in asked])


@probe(1, "The network is given x_t as float32 and t as it is, a whole step for each sample: model(x_t, t)")
def call(draw: Inputs) -> str:
    x_t, t = watched(draw, SCHEDULES[1])[1].asked[0]
    steps = t.flatten().tolist() if isinstance(t, Tensor) else t
    return f"x_t a {describe(x_t)}, t an {describe(t)} of {steps}"


@probe(
    2,
    "The loss is the squared difference from what `schedule.prediction_type` asks for: the noise, x0 or v",
    example=example,
)
def target(draw: Inputs) -> Tensor:
    losses = []
    for schedule in SCHEDULES:
        x0, t, noise, prediction = single(draw, schedule)
        losses.append(ddpm_loss(Witness(prediction), schedule, x0, t, noise, everything(4, 1)))
    return torch.stack(losses)


@probe(
    1,
    "What the network puts out at padded frames does not count: `mask` is True at real frames",
    ("the factor by which nonsense in the padding changes a loss", lambda a: a[0, -1]),
)
def padding(draw: Inputs) -> Tensor:
    given = motions(draw)
    return padded(given, junk=10.0) / padded(given, junk=1.0)


@probe(
    1.5,
    "A motion's loss is the mean (or sum) over its real frames, however many frames of padding follow",
    ("the loss of a motion of 1 frame in a batch of 6", lambda a: a[0, -1]),
)
def mean(draw: Inputs) -> Tensor:
    return padded(motions(draw), junk=1.0)


@probe(0.5, "A batch may be of one sample, one frame or one feature: the loss is (B,) all the same")
def small(draw: Inputs) -> Tensor | str:
    losses = []
    for B, F, D in ((1, 5, 3), (4, 1, 3), (4, 5, 1), (1, 1, 1), (3, 3, 3)):
        x0, noise, prediction = draw.normal(3, B, F, D)
        t = draw.integers(20, 60, B)
        losses.append(ddpm_loss(Witness(prediction), SCHEDULES[1], x0, t, noise, everything(B, F)))
        if losses[-1].shape != (B,):
            return f"{describe(losses[-1])} for x0 of shape {(B, F, D)}"
    return torch.cat(losses)


@probe(0.5, "Nothing is clipped: x0 and prediction may be of any size")
def large(draw: Inputs) -> Tensor:
    size, losses = torch.tensor([4.0, 8, 20, 60]), []
    for schedule in SCHEDULES:
        x0, prediction = size[:, None, None] * draw.normal(2, 4, 1, 1)
        given = schedule, x0, steps(draw, schedule), draw.normal(4, 1, 1), everything(4, 1)
        losses.append(ddpm_loss(Witness(prediction), *given) / size**2)
    return torch.stack(losses)


@probe(1, "The gradient of every sample's loss reaches the network, and is 0 where it makes no error")
def gradient(draw: Inputs) -> Tensor | str:
    found = []
    for schedule in SCHEDULES[:3]:
        x0, noise, error = draw.normal(3, 2, 4, 3)
        error[:, 0] = 0
        mask, t = torch.arange(4) < torch.tensor([[4], [2]]), draw.integers(20, 60, 2)
        prediction = schedule.target(x0, noise, t) + error
        with torch.enable_grad():
            model = Witness(1 * prediction.requires_grad_())
            loss = ddpm_loss(model, schedule, x0, t, noise, mask)
            if not loss.requires_grad:
                return "a loss without gradient"
            found.append(torch.autograd.grad(loss.sum(), prediction)[0])
    return torch.stack(found)


arguments = arguments_kept(0.5, mean, target)
