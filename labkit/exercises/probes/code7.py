"""The probes of ddpm_step."""

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from labkit.diffusion import PREDICTION_TYPES, Schedule, ddpm_step
from labkit.exercises.probe import Inputs, arguments_kept, describe, probe
from labkit.exercises.probes.steps import LAST, ROWS, B, Step, noise_used, of_steps, small_batches


def types(T: int = 100, kind: str = "cosine") -> list[Schedule]:
    return [Schedule(T, kind, prediction_type) for prediction_type in PREDICTION_TYPES]


@probe(0.5, "One step gives a batch of the same shape and dtype as x_t")
def shape(inputs: Inputs) -> str:
    return describe(Step.sample(inputs).run(ddpm_step))


@of_steps(
    ddpm_step,
    0.75,
    "In the mean, Ho et al. 2020, eq. 7, x0 has the weight √ᾱ_prev · β / (1 − ᾱ_t): here x0 is 0.5, x_t "
    "and `noise` are 0",
    ("weight", lambda a: a.mean() / 0.5),
)
def weight_of_x0(inputs: Inputs) -> list[Step]:
    step = Step.sample(inputs, noise=0)
    return [replace(step, prediction=torch.full_like(step.x_t, 0.5 * inputs.scale), x_t=0 * step.x_t)]


@of_steps(
    ddpm_step,
    0.75,
    "In the mean, Ho et al. 2020, eq. 7, x_t has the weight √α · (1 − ᾱ_prev) / (1 − ᾱ_t), where α is 1 − β: "
    "here x_t is 0.5, and x0 and `noise` are 0",
    ("weight", lambda a: a.mean() / 0.5),
)
def weight_of_x_t(inputs: Inputs) -> list[Step]:
    step = Step.sample(inputs, noise=0)
    return [replace(step, prediction=0 * step.x_t, x_t=torch.full_like(step.x_t, 0.5 * inputs.scale))]


@of_steps(ddpm_step, 0.25, "Nothing is clipped: x_t and prediction may have any magnitude")
def large(inputs: Inputs) -> list[Step]:
    size = torch.tensor([4.0, 8, 20])[:, None, None]
    return [Step.sample(inputs, size=size * 10**i, noise=0) for i in (0, 1)]


@of_steps(
    ddpm_step,
    1,
    "`prediction` may be the noise, x0 or v: schedule.split(prediction, x_t, t) converts it into x0 and ε",
)
def prediction_types(inputs: Inputs) -> list[Step]:
    return [Step.sample(inputs, schedule=schedule, noise=0) for schedule in types()]


@probe(0.25, "Every sample has its own noise, given in `noise`: here x_t and prediction are 0. What is added")
def whose_noise(inputs: Inputs) -> str:
    step = Step.sample(inputs, ((30, 29),) * B, size=0)
    return noise_used(step, step.run(ddpm_step))


@probe(
    1.25,
    "Noise is added with the standard deviation √β̃_t (or √β_t)",
    ("standard deviation of the added noise", lambda a: a.std()),
)
def deviation(inputs: Inputs) -> Tensor:
    # at x_t = x0 = 0 the mean is zero too, and only noise is left
    return Step.sample(inputs, ((30, 29),) * 20, size=0).run(ddpm_step)


@of_steps(
    ddpm_step, 0.25, "t_prev may be many steps before t: β is then 1 − ᾱ_t / ᾱ_prev. Here this is in the mean"
)
def stride(inputs: Inputs) -> list[Step]:
    given = types(100, "linear")[1:]
    return [
        Step.sample(inputs, (row,) * B, s, noise=0) for s in given for row in ((80, 40), (99, 90), (60, 0))
    ]


@probe(
    0.25,
    "t_prev may be many steps before t: β is then 1 − ᾱ_t / ᾱ_prev. Here, from 80 to 40, this is in the "
    "variance of the noise, β̃ (or β)",
    ("standard deviation of the added noise", lambda a: a[0].std()),
)
def deviation_of_a_stride(inputs: Inputs) -> Tensor:
    given = (80, 40), (99, 90), (60, 0)
    return torch.stack([Step.sample(inputs, (row,) * 20, size=0).run(ddpm_step) for row in given])


@of_steps(
    ddpm_step, 0.5, "A step to t_prev = -1, from whatever t, ends at the network's x0: here without noise"
)
def last(inputs: Inputs) -> list[Step]:
    return [Step.sample(inputs, (row,) * B, schedule, noise=0) for schedule in types() for row in LAST]


@probe(
    0.5,
    "A step to t_prev = -1, from whatever t, adds no noise",
    ("standard deviation of the added noise", lambda a: a.std()),
)
def no_noise_at_last(inputs: Inputs) -> Tensor:
    # x_t is 0, and x0 is 1 because tolerances are relative to the right outcome
    step = Step.sample(inputs, LAST, size=0)
    return replace(step, prediction=torch.full_like(step.x_t, inputs.scale)).run(ddpm_step)


@of_steps(ddpm_step, 1, "Every sample of a batch has its own t and t_prev, some of them -1. Here is no noise")
def rows(inputs: Inputs) -> list[Step]:
    return [Step.sample(inputs, rows, schedule, noise=0) for schedule in types() for rows in ROWS]


@of_steps(
    ddpm_step,
    0.5,
    "Every sample of a batch has its own t and t_prev, and so its own variance of the noise: here x_t and "
    "prediction are 0",
)
def noise_of_rows(inputs: Inputs) -> list[Step]:
    return [Step.sample(inputs, rows, schedule, size=0) for schedule in types() for rows in ROWS]


@of_steps(ddpm_step, 0.5, "T, kind and prediction type are those of `schedule`")
def schedules(inputs: Inputs) -> list[Step]:
    given = types(50, "linear") + types(200, "cosine") + types(100, "linear")
    return [Step.sample(inputs, ((20, 19), (40, 15), (7, -1)), schedule) for schedule in given]


@probe(0.5, "Shapes are those of x_t: also with one sample, one frame, one feature, or as many of all three")
def small(inputs: Inputs) -> Tensor | str:
    return small_batches(inputs, ddpm_step)


@probe(0.25, "Nothing is clipped: x_t and prediction may have any magnitude, whatever is predicted")
def large_of_types(inputs: Inputs) -> Tensor:
    size = torch.tensor([4.0, 8, 20, 60])[:, None, None]
    found = [Step.sample(inputs, ((60, 20),) * 4, s, size).run(ddpm_step) / size for s in types()]
    return torch.stack(found)


@probe(
    0.5,
    "100 steps with an exact denoiser sample from N(2, 0.5²)",
    ("standard deviation of the samples", lambda a: a[1]),
)
def gaussian(inputs: Inputs) -> Tensor | str:
    schedule, mu, sigma = Schedule(100), 2.0, 0.5
    x = inputs.normal(1000, 1, 1)
    for now in range(99, -1, -1):
        t = torch.full((1000,), now)
        a = schedule.alpha_bar(t)
        # E[x0 | x_t] for x0 ~ N(mu, sigma²), in closed form
        x0 = mu + sigma**2 * a.sqrt() / (sigma**2 * a + 1 - a) * (x - a.sqrt() * mu)
        x = ddpm_step(schedule, x0, x, t, t - 1, inputs.normal(1000, 1, 1))
        if np.shape(x) != (1000, 1, 1):  # a wrong shape would grow at each step and exhaust memory
            return describe(x)
    return torch.stack([x.mean(), x.std()])


arguments = arguments_kept(0.5, rows, noise_of_rows)
