"""The probes of ddim_step."""

import numpy as np
import torch
from torch import Tensor

from labkit.diffusion import PREDICTION_TYPES, Schedule, ddim_step
from labkit.exercises.probe import Inputs, arguments_kept, describe, probe
from labkit.exercises.probes.steps import ROWS, Step, of_steps, small_batches


def types(T: int = 100, kind: str = "cosine") -> list[Schedule]:
    return [Schedule(T, kind, prediction_type) for prediction_type in PREDICTION_TYPES]


def only_noise(inputs: Inputs, **options) -> Tensor:
    """A step from 60 to 40 with x_t = prediction = 0: the result is the fresh noise alone."""
    return Step.sample(inputs, ((60, 40),) * 8, size=0, **options).run(ddim_step)


@probe(
    0.5, "One step gives a batch of the shape and dtype of x_t: without eta, with eta=0.5, and by position"
)
def shape(inputs: Inputs) -> str:
    step = Step.sample(inputs, ROWS[0])
    given = step.schedule, step.prediction, step.x_t, step.t, step.t_prev, step.noise
    found = [ddim_step(*given), ddim_step(*given, eta=0.5), ddim_step(*given, 0.5)]
    return ", ".join(map(describe, found))


@of_steps(
    ddim_step, 1.5, "At eta = 0, x_{t_prev} = √ᾱ_prev · x0 + √(1 − ᾱ_prev) · ε, with the network's x0 and ε"
)
def direction(inputs: Inputs) -> list[Step]:
    return [Step.sample(inputs, ((60, 40),) * 3, noise=0, eta=0.0)]


@of_steps(
    ddim_step, 1, "`prediction` may be the noise, x0 or v: schedule.split converts it into x0 and noise"
)
def prediction_types(inputs: Inputs) -> list[Step]:
    return [Step.sample(inputs, ((60, 40),) * 3, schedule, noise=0, eta=0.0) for schedule in types()]


@of_steps(ddim_step, 1, "Every sample of a batch has its own t and t_prev, any number of steps apart")
def rows(inputs: Inputs) -> list[Step]:
    return [Step.sample(inputs, rows, schedule, noise=0, eta=0.0) for schedule in types() for rows in ROWS]


@probe(
    0.5,
    "At eta = 0, which is the default, no fresh noise is added",
    ("standard deviation of what is added", lambda a: a.std()),
)
def quiet(inputs: Inputs) -> Tensor:
    return torch.stack([only_noise(inputs), only_noise(inputs, eta=0.0)])


@probe(
    1,
    "At eta = 1 fresh noise is added with the σ of Song et al. 2021, eq. 16",
    ("standard deviation of what is added", lambda a: a.std()),
)
def deviation(inputs: Inputs) -> Tensor:
    return only_noise(inputs, eta=1.0)


@of_steps(
    ddim_step,
    0.5,
    "For each sample, ε has the weight √(1 − ᾱ_prev − σ²) and the fresh noise σ",
)
def half(inputs: Inputs) -> list[Step]:
    return [Step.sample(inputs, rows, schedule, eta=0.5) for schedule in types() for rows in ROWS]


@of_steps(
    ddim_step,
    1,
    "A step to t_prev = -1, from whatever t and at any eta, gives the network's x0, without noise",
)
def last(inputs: Inputs) -> list[Step]:
    given = ((0, -1), (5, -1), (60, -1))
    return [Step.sample(inputs, given, schedule, eta=eta) for eta in (0.0, 1.0) for schedule in types()]


@of_steps(ddim_step, 0.5, "T, kind and prediction type are those of `schedule`")
def schedules(inputs: Inputs) -> list[Step]:
    given = types(50, "linear") + types(200, "cosine") + types(100, "linear")
    return [Step.sample(inputs, ((20, 19), (40, 15), (7, 0)), schedule, eta=0.8) for schedule in given]


@probe(0.5, "Shapes are those of x_t: also with one sample, one frame, one feature, or as many of all three")
def small(inputs: Inputs) -> Tensor | str:
    return small_batches(inputs, ddim_step, eta=0.3)


@probe(0.5, "Nothing is clipped: x_t and prediction may have any magnitude")
def large(inputs: Inputs) -> Tensor:
    size = torch.tensor([4.0, 8, 20, 60])[:, None, None]
    found = [Step.sample(inputs, ((60, 20),) * 4, s, size, eta=0.5).run(ddim_step) / size for s in types()]
    return torch.stack(found)


@probe(0.5, "At eta = 1 and strides of any length the result is finite: 1 − ᾱ_prev − σ² may round to below 0")
def finite(inputs: Inputs) -> str:
    t_prev = torch.arange(700, 999, 3)
    x_t, prediction, noise = inputs.normal(3, len(t_prev), 1, 1)
    found = ddim_step(Schedule(1000), prediction, x_t, torch.full_like(t_prev, 999), t_prev, noise, 1.0)
    return f"shape {tuple(found.shape)}, " + ("finite" if found.isfinite().all() else "with nan or inf")


@probe(
    0.5,
    "10 steps with an exact denoiser lead noise to N(2, 0.5²), a little narrower",
    ("standard deviation of the samples", lambda a: a[1]),
)
def gaussian(inputs: Inputs) -> Tensor | str:
    schedule, mu, sigma = Schedule(100), 2.0, 0.5
    x, timesteps = inputs.normal(500, 1, 1), schedule.timesteps(10).tolist()
    for now, then in zip(timesteps, timesteps[1:] + [-1]):
        t, t_prev = torch.full((500,), now), torch.full((500,), then)
        a = schedule.alpha_bar(t)
        # E[x0 | x_t] for x0 ~ N(mu, sigma²), in closed form
        x0 = mu + sigma**2 * a.sqrt() / (sigma**2 * a + 1 - a) * (x - a.sqrt() * mu)
        x = ddim_step(schedule, x0, x, t, t_prev, torch.zeros_like(x), 0.0)
        if np.shape(x) != (500, 1, 1):  # a wrong shape would grow at each step and exhaust memory
            return describe(x)
    return torch.stack([x.mean(), x.std()])


arguments = arguments_kept(0.5, rows, half)
