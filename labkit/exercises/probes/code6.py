"""The probes of ddpm_loss."""

from collections.abc import Callable

import torch
from torch import Tensor

from labkit.diffusion import PREDICTION_TYPES, Schedule, ddpm_loss
from labkit.exercises.probe import Inputs, arguments_kept, describe, moved_by, probe

SCHEDULES = tuple(
    Schedule(T, kind, prediction_type)
    for T, kind in ((100, "cosine"), (40, "linear"))
    for prediction_type in PREDICTION_TYPES
)


class FixedPrediction:
    """A network with a fixed output that records the arguments of its calls.

    Where it is called for some samples only, it is for the next ones each time.
    """

    def __init__(self, prediction: Tensor):
        self.prediction, self.asked, self.samples = prediction, [], 0

    def __call__(self, x_t: Tensor, t: Tensor, /) -> Tensor:
        self.asked.append((copy(x_t), copy(t)))
        B = len(self.prediction)
        if not isinstance(x_t, Tensor) or x_t.ndim != 3 or len(x_t) >= B:
            return self.prediction
        first, self.samples = self.samples % B, self.samples + len(x_t)
        return self.prediction[first : first + len(x_t)]


def off_by_x_t(prediction: Tensor, due: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
    """A network whose prediction is wrong by as much as x_t differs from the one that is due."""
    return lambda x_t, t: prediction + (x_t - due)


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


def four(inputs: Inputs, schedule: Schedule, ends: bool = True) -> tuple[Tensor, ...]:
    """x0, t, noise and prediction of four motions of five frames. ends: are samples at the first and the last
    step among them?"""
    t = steps(inputs, schedule) if ends else steps(inputs, schedule).clamp(1, schedule.T - 2)
    x0, noise, prediction = inputs.normal(4, 5, 3), inputs.normal(4, 5, 3), inputs.normal(4, 5, 3)
    x0[2] *= 100  # at the last step the weight of x0 is so small that a wrong one would not be detected
    return x0, t, noise, prediction


def watched(inputs: Inputs, schedule: Schedule, ends: bool = True) -> tuple[Tensor, FixedPrediction]:
    """The loss of these motions, and the network with the calls it recorded."""
    x0, t, noise, prediction = four(inputs, schedule, ends)
    model = FixedPrediction(prediction)
    return ddpm_loss(model, schedule, x0, t, noise, everything(4, 5)), model


NOISED = [(schedule, ends) for schedule in SCHEDULES for ends in (True, False)]


def example_x_t(inputs: Inputs, at: tuple[int, ...]) -> str:
    """The inputs of one number of x_t."""
    *_, (x0, t, noise, _) = [four(inputs, *setting) for setting in NOISED[: at[0] + 1]]
    if len(at) < 4:
        return ""
    return (
        f"{name(NOISED[at[0]][0])}, t = {t[at[1]]:g}, x0 = {x0[at[1:]]:.4g} and noise = {noise[at[1:]]:.4g}"
    )


def plain_loss(prediction: Tensor, mask: Tensor, schedule: Schedule) -> Tensor:
    """The loss where x0 and noise are 0, and so is every target: the error is the prediction."""
    zero, t = torch.zeros_like(prediction), torch.full((len(prediction),), 20)
    return ddpm_loss(FixedPrediction(prediction), schedule, zero, t, zero.clone(), mask)


def motions(inputs: Inputs) -> list[tuple[Tensor, ...]]:
    """x0, t, noise and error (3, 6, 4) for each schedule."""
    return [(*inputs.normal(3, 3, 6, 4), steps(inputs, schedule)[[0, 1, 3]]) for schedule in SCHEDULES]


def padded(given: list[tuple[Tensor, ...]], junk: float) -> Tensor:
    """Losses (6, 3) of motions of 5, 3 and 1 frames, padded to 6, by every schedule, in another order
    for each. The error of the network in the padding is `junk`."""
    losses = []
    for n, (schedule, (x0, noise, error, t)) in enumerate(zip(SCHEDULES, given)):
        mask = torch.arange(6) < torch.tensor([5, 3, 1]).roll(n)[:, None]
        model = FixedPrediction(schedule.target(x0, noise, t) + torch.where(mask[..., None], error, junk))
        losses.append(ddpm_loss(model, schedule, x0, t, noise, mask).roll(-n))
    return torch.stack(losses)


def single(inputs: Inputs, schedule: Schedule) -> tuple[Tensor, ...]:
    """x0, t, noise and prediction of four motions (1, 1), for which sum and mean are equal."""
    x0, noise, prediction = inputs.normal(3, 4, 1, 1)
    return x0, steps(inputs, schedule), noise, prediction


def example(inputs: Inputs, at: tuple[int, ...]) -> str:
    given = [single(inputs, schedule) for schedule in SCHEDULES][at[0]]
    x0, t, noise, prediction = (float(value[at[1]].squeeze()) for value in given)
    return (
        f"{name(SCHEDULES[at[0]])}, one frame of one number, t = {t:g}, x0 = {x0:.4g}, noise = {noise:.4g} "
        f"and prediction = {prediction:.4g}"
    )


def name(schedule: Schedule) -> str:
    config = schedule.config
    return f'With Schedule({config["T"]}, "{config["kind"]}", "{config["prediction_type"]}")'


@probe(0.5, "The loss is one float32 number for each sample, and the network is called once")
def shape(inputs: Inputs) -> str:
    loss, model = watched(inputs, SCHEDULES[1])
    asked = len(model.asked)
    return describe(loss) if asked == 1 else f"{describe(loss)}, network asked {asked}×"


@probe(
    0.5,
    "A motion's loss depends on all its own real frames and features, and on nothing else. What changes it",
    first=".*(earlier call|repetition).*",
)
def parts(inputs: Inputs) -> str:
    prediction, schedule, another = inputs.normal(2, 6, 4), SCHEDULES[1], inputs.normal(2, 6, 4)

    def lengths(*numbers: int) -> Tensor:
        return torch.arange(6) < torch.tensor(numbers)[:, None]

    def loss(*at: int | slice, mask: Tensor = lengths(4, 6)) -> Tensor:  # noqa: B008 - never changed
        """The loss of the first motion where these errors are larger."""
        changed = prediction.clone()
        if at:
            changed[at] += 1
        return plain_loss(changed, mask, schedule)[0]

    before, real = loss(), slice(0, 4)
    after = {
        "its first frame": loss(0, 0),
        "its last real frame": loss(0, 3),
        "its first feature": loss(0, real, 0),
        "its last feature": loss(0, real, 3),
        "its padded frames": loss(0, slice(4, 6)),
        "another motion": loss(1),
        "the length of another motion": loss(mask=lengths(4, 3)),
        "a repetition of the same call": loss(),
    }
    plain_loss(another, lengths(2, 5), schedule)
    after["an earlier call"] = loss()
    return moved_by(before, after)


@probe(
    0.5,
    "With the same error in every number, the loss does not depend on the number of frames (or, as a sum, is "
    "in proportion to it)",
    example=lambda inputs, at: f"Loss of {(1, 2, 3, 6)[at[0]]} real of 6 frames / loss of 6 real ones",
)
def count(inputs: Inputs) -> Tensor:
    loss = plain_loss(torch.full((4, 6, 3), inputs.scale), LENGTHS, SCHEDULES[1])
    return loss / loss[-1]


LENGTHS = torch.arange(6) < torch.tensor([1, 2, 3, 6])[:, None]  # a mask
ERRORS = (0.1, 0.5, -0.9, 2.0, -5.0, 20.0, 60.0)


@probe(
    0.5,
    "The loss of a single number is the square of its error",
    example=lambda inputs, at: f"Loss / error² for an error of {ERRORS[at[0]]}",
)
def square(inputs: Inputs) -> Tensor:
    losses = []
    for n, error in enumerate(ERRORS):
        prediction = torch.full((2, 1, 1), error * inputs.scale)
        loss = plain_loss(prediction, everything(2, 1), SCHEDULES[(1, 4)[n % 2]])  # on x0
        losses.append(loss[0] / prediction[0, 0, 0] ** 2)
    return torch.stack(losses)


def terms_of_x_t(inputs: Inputs, sample: tuple[int, ...]) -> dict[str, Tensor]:
    *_, (x0, _, noise, _) = [four(inputs, *setting) for setting in NOISED[: sample[0] + 1]]
    return {"x0": x0[sample[1]], "noise": noise[sample[1]]}


@probe(
    1.5,
    "The network is given x_t = √ᾱ_t · x0 + √(1 − ᾱ_t) · noise, which schedule.q_sample makes",
    example=example_x_t,
    terms=terms_of_x_t,
)
def x_t(inputs: Inputs) -> Tensor:
    asked = [watched(inputs, *setting)[1].asked for setting in NOISED]
    return torch.stack([calls[0][0] for calls in asked])


@probe(1, "The network is given x_t as float32 and t as it is, a whole step for each sample: model(x_t, t)")
def call(inputs: Inputs) -> str:
    x_t, t = watched(inputs, SCHEDULES[1])[1].asked[0]
    steps = t.flatten().tolist() if isinstance(t, Tensor) else t
    return f"x_t a {describe(x_t)}, t an {describe(t)} of {steps}"


@probe(
    1.5,
    "The loss is the squared difference from the target of `schedule.prediction_type`: the noise, x0 or v",
    example=example,
)
def target(inputs: Inputs) -> Tensor:
    losses = []
    for schedule in SCHEDULES:
        x0, t, noise, prediction = single(inputs, schedule)
        losses.append(ddpm_loss(FixedPrediction(prediction), schedule, x0, t, noise, everything(4, 1)))
    return torch.stack(losses)


@probe(
    0.5,
    "The output at padded frames does not contribute to the loss: `mask` is True at real frames",
    ("the factor by which errors in the padding change a loss", lambda a: a[0, -1]),
)
def padding(inputs: Inputs) -> Tensor:
    given = motions(inputs)
    return padded(given, junk=10.0) / padded(given, junk=1.0)


@probe(
    1,
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
        losses.append(ddpm_loss(FixedPrediction(prediction), SCHEDULES[1], x0, t, noise, everything(B, F)))
        if losses[-1].shape != (B,):
            return f"{describe(losses[-1])} for x0 of shape {(B, F, D)}"
    return torch.cat(losses)


@probe(
    0.25,
    "Nothing is clipped, so the loss is 0 where the network finds the target in x_t, however large x0 is. "
    "Sizes of x0 for which it is 0",
    first=r"0\.1.*",
)
def sizes(inputs: Inputs) -> str:
    found = []
    for size in (0.1, 1, 4, 10, 60):
        losses = []
        for schedule in SCHEDULES:
            t, noise = steps(inputs, schedule), min(size, 1) * inputs.normal(4, 3, 2)
            x0 = size * (1 + inputs.uniform(4, 3, 2)) * inputs.normal(4, 3, 2).sign()
            model = off_by_x_t(schedule.target(x0, noise, t), schedule.q_sample(x0, t, noise))
            losses.append(ddpm_loss(model, schedule, x0, t, noise, everything(4, 3)))
        if torch.stack(losses).abs().max() <= 1e-6 * size**2:
            found.append(f"{size:g}")
    return ", ".join(found) or "none"


@probe(0.25, "Nothing is clipped: x0 and prediction may have any magnitude")
def large(inputs: Inputs) -> Tensor:
    size, losses = torch.tensor([4.0, 8, 20, 60]), []
    for schedule in SCHEDULES:
        x0, prediction = size[:, None, None] * inputs.normal(2, 4, 1, 1)
        given = schedule, x0, steps(inputs, schedule), inputs.normal(4, 1, 1), everything(4, 1)
        losses.append(ddpm_loss(FixedPrediction(prediction), *given) / size**2)
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
            model = FixedPrediction(1 * prediction.requires_grad_())
            loss = ddpm_loss(model, schedule, x0, t, noise, mask)
            if not loss.requires_grad:
                return "a loss without gradient"
            found.append(torch.autograd.grad(loss.sum(), prediction)[0])
    return torch.stack(found)


arguments = arguments_kept(0.5, mean, target)
