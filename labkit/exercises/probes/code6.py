"""The probes of ddpm_loss."""

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
    """A network with a fixed output that records the arguments of its calls."""

    def __init__(self, prediction: Tensor):
        self.prediction, self.asked = prediction, []

    def __call__(self, x_t: Tensor, t: Tensor, /) -> Tensor:
        self.asked.append((copy(x_t), copy(t)))
        return self.prediction


def copy(value: object) -> object:
    return value.clone() if isinstance(value, Tensor) else value


def steps(inputs: Inputs, schedule: Schedule) -> Tensor:
    """Timesteps of four samples, all different; the first and the last step are among them."""
    T = schedule.T
    inner = inputs.integers(1, T // 2, 1), inputs.integers(T // 2, T - 1, 1)
    return torch.cat([inner[0], torch.tensor([0, T - 1]), inner[1]])


def everything(*shape: int) -> Tensor:
    """A mask without padding."""
    return torch.ones(shape, dtype=torch.bool)


def watched(inputs: Inputs, schedule: Schedule, ends: bool = True) -> tuple[Tensor, Witness]:
    """The loss of four motions of five frames, and the network with the calls it recorded. ends: are samples
    at the first and the last step among them?"""
    t = steps(inputs, schedule) if ends else steps(inputs, schedule).clamp(1, schedule.T - 2)
    x0, noise, model = inputs.normal(4, 5, 3), inputs.normal(4, 5, 3), Witness(inputs.normal(4, 5, 3))
    x0[2] *= 100  # at the last step the weight of x0 is so small that a wrong one would not be detected
    return ddpm_loss(model, schedule, x0, t, noise, everything(4, 5)), model


def motions(inputs: Inputs) -> list[tuple[Tensor, ...]]:
    """x0, t, noise and error (3, 6, 4) for each schedule."""
    return [(*inputs.normal(3, 3, 6, 4), steps(inputs, schedule)[[0, 1, 3]]) for schedule in SCHEDULES]


def padded(given: list[tuple[Tensor, ...]], junk: float) -> Tensor:
    """Losses (6, 3) of motions of 5, 3 and 1 frames, padded to 6, by every schedule, in another order
    for each. The error of the network in the padding is `junk`."""
    losses = []
    for n, (schedule, (x0, noise, error, t)) in enumerate(zip(SCHEDULES, given)):
        mask = torch.arange(6) < torch.tensor([5, 3, 1]).roll(n)[:, None]
        model = Witness(schedule.target(x0, noise, t) + torch.where(mask[..., None], error, junk))
        losses.append(ddpm_loss(model, schedule, x0, t, noise, mask).roll(-n))
    return torch.stack(losses)


def single(inputs: Inputs, schedule: Schedule) -> tuple[Tensor, ...]:
    """x0, t, noise and prediction of four motions (1, 1), for which sum and mean are equal."""
    x0, noise, prediction = inputs.normal(3, 4, 1, 1)
    return x0, steps(inputs, schedule), noise, prediction


def example(inputs: Inputs, at: tuple[int, ...]) -> str:
    given = [single(inputs, schedule) for schedule in SCHEDULES][at[0]]
    x0, t, noise, prediction = (float(value[at[1]].squeeze()) for value in given)
    config = SCHEDULES[at[0]].config
    return (
        f'With Schedule({config["T"]}, "{config["kind"]}", "{config["prediction_type"]}"), one frame of one '
        f"number, t = {t:g}, x0 = {x0:.4g}, noise = {noise:.4g} and prediction = {prediction:.4g}"
    )


@probe(0.5, "The loss is one float32 number for each sample, and the network is called once")
def shape(inputs: Inputs) -> str:
    loss, model = watched(inputs, SCHEDULES[1])
    asked = len(model.asked)
    return describe(loss) if asked == 1 else f"{describe(loss)}, network asked {asked}×"


@probe(1.5, "The network is given x_t = √ᾱ_t · x0 + √(1 − ᾱ_t) · noise, which schedule.q_sample makes")
def x_t(inputs: Inputs) -> Tensor:
    asked = [watched(inputs, s, ends)[1].asked for s in SCHEDULES for ends in (True, False)]
    return torch.stack([calls[0][0] for calls in asked])


@probe(1, "The network is given x_t as float32 and t as it is, a whole step for each sample: model(x_t, t)")
def call(inputs: Inputs) -> str:
    x_t, t = watched(inputs, SCHEDULES[1])[1].asked[0]
    steps = t.flatten().tolist() if isinstance(t, Tensor) else t
    return f"x_t a {describe(x_t)}, t an {describe(t)} of {steps}"


@probe(
    2,
    "The loss is the squared difference from the target of `schedule.prediction_type`: the noise, x0 or v",
    example=example,
)
def target(inputs: Inputs) -> Tensor:
    losses = []
    for schedule in SCHEDULES:
        x0, t, noise, prediction = single(inputs, schedule)
        losses.append(ddpm_loss(Witness(prediction), schedule, x0, t, noise, everything(4, 1)))
    return torch.stack(losses)


@probe(
    1,
    "The output at padded frames does not contribute to the loss: `mask` is True at real frames",
    ("the factor by which errors in the padding change a loss", lambda a: a[0, -1]),
)
def padding(inputs: Inputs) -> Tensor:
    given = motions(inputs)
    return padded(given, junk=10.0) / padded(given, junk=1.0)


@probe(
    1.5,
    "A motion's loss is the mean (or sum) over its real frames, however many frames of padding follow",
    ("the loss of a motion of 1 frame in a batch of 6", lambda a: a[0, -1]),
)
def mean(inputs: Inputs) -> Tensor:
    return padded(motions(inputs), junk=1.0)


@probe(0.5, "The loss is (B,), also for a batch of one sample, one frame or one feature")
def small(inputs: Inputs) -> Tensor | str:
    losses = []
    for B, F, D in ((1, 5, 3), (4, 1, 3), (4, 5, 1), (1, 1, 1), (3, 3, 3)):
        x0, noise, prediction = inputs.normal(3, B, F, D)
        t = inputs.integers(20, 60, B)
        losses.append(ddpm_loss(Witness(prediction), SCHEDULES[1], x0, t, noise, everything(B, F)))
        if losses[-1].shape != (B,):
            return f"{describe(losses[-1])} for x0 of shape {(B, F, D)}"
    return torch.cat(losses)


@probe(0.5, "Nothing is clipped: x0 and prediction may have any magnitude")
def large(inputs: Inputs) -> Tensor:
    size, losses = torch.tensor([4.0, 8, 20, 60]), []
    for schedule in SCHEDULES:
        x0, prediction = size[:, None, None] * inputs.normal(2, 4, 1, 1)
        given = schedule, x0, steps(inputs, schedule), inputs.normal(4, 1, 1), everything(4, 1)
        losses.append(ddpm_loss(Witness(prediction), *given) / size**2)
    return torch.stack(losses)


@probe(1, "The gradient of every sample's loss reaches the prediction, and is 0 where its error is 0")
def gradient(inputs: Inputs) -> Tensor | str:
    found = []
    for schedule in SCHEDULES[:3]:
        x0, noise, error = inputs.normal(3, 2, 4, 3)
        error[:, 0] = 0
        mask, t = torch.arange(4) < torch.tensor([[4], [2]]), inputs.integers(20, 60, 2)
        prediction = schedule.target(x0, noise, t) + error
        with torch.enable_grad():
            model = Witness(1 * prediction.requires_grad_())
            loss = ddpm_loss(model, schedule, x0, t, noise, mask)
            if not loss.requires_grad:
                return "a loss without gradient"
            found.append(torch.autograd.grad(loss.sum(), prediction)[0])
    return torch.stack(found)


arguments = arguments_kept(0.5, mean, target)
