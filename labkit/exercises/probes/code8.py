"""The probes of ddim_step."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from labkit.diffusion import PREDICTION_TYPES, Schedule, ddim_step
from labkit.exercises.probe import Inputs, arguments_kept, describe, probe
from labkit.exercises.probes.steps import LAST, ROWS, B, Step, noise_used, of_steps, small_batches


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


def unit_step(inputs: Inputs, of_x0: float, of_epsilon: float, given=((60, 40),) * B, **options) -> Step:
    """A step with these numbers for all of x0 and ε, and without noise."""
    step = Step.sample(inputs, given, noise=0, **options)
    a_t = step.schedule.alpha_bar(step.t)
    x_t = (a_t.sqrt() * of_x0 + (1 - a_t).sqrt() * of_epsilon).expand_as(step.x_t)
    return replace(step, prediction=torch.full_like(step.x_t, of_x0), x_t=x_t.clone())


WEIGHT = ("weight", lambda a: a.mean() / 0.5)


@of_steps(
    ddim_step,
    0.5,
    "At eta = 0, x0 has the weight √ᾱ_prev: here x0 is 0.5 and ε is 0. From t = 60 to 40",
    WEIGHT,
)
def weight_of_x0(inputs: Inputs) -> list[Step]:
    return [unit_step(inputs, 0.5 * inputs.scale, 0, eta=0.0)]


@of_steps(
    ddim_step,
    0.5,
    "At eta = 0, ε has the weight √(1 − ᾱ_prev): here x0 is 0 and ε is 0.5. From t = 60 to 40",
    WEIGHT,
)
def weight_of_epsilon(inputs: Inputs) -> list[Step]:
    return [unit_step(inputs, 0, 0.5 * inputs.scale, eta=0.0)]


@of_steps(
    ddim_step, 0.5, "At eta = 0, x_{t_prev} = √ᾱ_prev · x0 + √(1 − ᾱ_prev) · ε, with the network's x0 and ε"
)
def direction(inputs: Inputs) -> list[Step]:
    return [Step.sample(inputs, ((60, 40),) * B, noise=0, eta=0.0)]


@of_steps(ddim_step, 0.25, "Nothing is clipped: x_t and prediction may have any magnitude")
def large(inputs: Inputs) -> list[Step]:
    size = torch.tensor([4.0, 8, 20])[:, None, None]
    return [Step.sample(inputs, ((60, 40),) * B, size=size * 10**i, noise=0, eta=0.0) for i in (0, 1)]


@of_steps(
    ddim_step,
    1,
    "`prediction` may be the noise, x0 or v: schedule.split(prediction, x_t, t) converts it into x0 and ε",
)
def prediction_types(inputs: Inputs) -> list[Step]:
    return [Step.sample(inputs, ((60, 40),) * B, schedule, noise=0, eta=0.0) for schedule in types()]


@probe(
    0.5,
    "At eta = 0, which is the default, no fresh noise is added",
    ("standard deviation of what is added", lambda a: a.std()),
)
def quiet(inputs: Inputs) -> Tensor:
    return torch.stack([only_noise(inputs), only_noise(inputs, eta=0.0)])


@probe(
    0.25,
    "Every sample has its own noise, given in `noise`: here x_t and prediction are 0. What is added",
)
def whose_noise(inputs: Inputs) -> str:
    step = Step.sample(inputs, ((60, 40),) * B, size=0, eta=1.0)
    return noise_used(step, step.run(ddim_step))


@probe(
    0.75,
    "At eta = 1 fresh noise is added with the σ of Song et al. 2021, eq. 16: √((1 − ᾱ_prev) / (1 − ᾱ_t)) · "
    "√(1 − ᾱ_t / ᾱ_prev)",
    ("standard deviation of what is added", lambda a: a.std()),
)
def deviation(inputs: Inputs) -> Tensor:
    return only_noise(inputs, eta=1.0)


@probe(
    0.25,
    "σ is proportional to eta: at eta = 0.5 it is half of what it is at eta = 1, not a quarter",
    ("share", float),
)
def half_of_eta(inputs: Inputs) -> Tensor:
    eta = 0.5 * inputs.scale
    return only_noise(inputs, eta=eta).std() / only_noise(inputs, eta=1.0).std()


@of_steps(
    ddim_step,
    0.25,
    "At eta = 1, ε has the weight √(1 − ᾱ_prev − σ²): here x0 is 0 and ε is 0.5. From t = 60 to 40",
    WEIGHT,
)
def weight_beside_noise(inputs: Inputs) -> list[Step]:
    return [unit_step(inputs, 0, 0.5 * inputs.scale, eta=1.0)]


@probe(
    0.25,
    "At t_prev = -1 nothing is left of ε: √(1 − ᾱ_prev − σ²) is 0",
    ("weight of ε", lambda a: np.abs(a - 2).max()),
)
def no_epsilon_at_last(inputs: Inputs) -> Tensor:
    # x0 is 2 because tolerances are relative to the right outcome
    return unit_step(inputs, 2, inputs.scale, LAST, eta=0.0).run(ddim_step)


@probe(
    0.25,
    "A step to t_prev = -1 adds no noise, at any eta: σ is 0",
    ("standard deviation of what is added", lambda a: a.std()),
)
def no_noise_at_last(inputs: Inputs) -> Tensor:
    step = Step.sample(inputs, LAST, size=0, eta=1.0)
    return replace(step, prediction=torch.full_like(step.x_t, 2 * inputs.scale)).run(ddim_step)


@of_steps(
    ddim_step,
    0.5,
    "A step to t_prev = -1, from whatever t and at any eta, gives the network's x0: here without noise",
)
def last(inputs: Inputs) -> list[Step]:
    given = [(schedule, row, eta) for schedule in types() for row in LAST for eta in (0.0, 1.0)]
    return [Step.sample(inputs, (row,) * B, schedule, noise=0, eta=eta) for schedule, row, eta in given]


@of_steps(ddim_step, 0.5, "Every sample of a batch has its own t and t_prev, any number of steps apart")
def rows(inputs: Inputs) -> list[Step]:
    return [Step.sample(inputs, rows, schedule, noise=0, eta=0.0) for schedule in types() for rows in ROWS]


@of_steps(
    ddim_step,
    0.5,
    "For each sample, ε has the weight √(1 − ᾱ_prev − σ²) and the fresh noise σ",
)
def half(inputs: Inputs) -> list[Step]:
    return [Step.sample(inputs, rows, schedule, eta=0.5) for schedule in types() for rows in ROWS]


@of_steps(ddim_step, 0.5, "T, kind and prediction type are those of `schedule`")
def schedules(inputs: Inputs) -> list[Step]:
    given = types(50, "linear") + types(200, "cosine") + types(100, "linear")
    return [Step.sample(inputs, ((20, 19), (40, 15), (7, 0)), schedule, eta=0.8) for schedule in given]


@probe(0.5, "Shapes are those of x_t: also with one sample, one frame, one feature, or as many of all three")
def small(inputs: Inputs) -> Tensor | str:
    return small_batches(inputs, ddim_step, eta=0.3)


@probe(0.25, "Nothing is clipped: x_t and prediction may have any magnitude, whatever is predicted")
def large_of_types(inputs: Inputs) -> Tensor:
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
    "10 steps with an exact denoiser turn noise into samples of nearly N(2, 0.5²), slightly narrower",
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
