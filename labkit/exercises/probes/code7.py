"""The probes of ddpm_step."""

import numpy as np
import torch
from torch import Tensor

from labkit.diffusion import PREDICTION_TYPES, Schedule, ddpm_step
from labkit.exercises.probe import Inputs, arguments_kept, describe, probe
from labkit.exercises.probes.steps import ROWS, Step, of_steps, small_batches


def types(T: int = 100, kind: str = "cosine") -> list[Schedule]:
    return [Schedule(T, kind, prediction_type) for prediction_type in PREDICTION_TYPES]


@probe(0.5, "One step gives a batch of the same shape and dtype as x_t")
def shape(inputs: Inputs) -> str:
    return describe(Step.sample(inputs).run(ddpm_step))


@of_steps(ddpm_step, 1.5, "Without noise, x_{t-1} is the mean of q(x_{t-1} | x_t, x0), Ho et al. 2020, eq. 7")
def mean(inputs: Inputs) -> list[Step]:
    return [Step.sample(inputs, noise=0)]


@of_steps(
    ddpm_step, 1, "`prediction` may be the noise, x0 or v: schedule.split converts it into x0 and noise"
)
def prediction_types(inputs: Inputs) -> list[Step]:
    return [Step.sample(inputs, schedule=schedule, noise=0) for schedule in types()]


@of_steps(
    ddpm_step,
    1,
    "Every sample of a batch has its own t and t_prev, some of them -1: here without noise",
)
def rows(inputs: Inputs) -> list[Step]:
    return [Step.sample(inputs, rows, schedule, noise=0) for schedule in types() for rows in ROWS]


@probe(
    1.5,
    "Noise is added with the standard deviation √β̃_t (or √β_t)",
    ("standard deviation of the added noise", lambda a: a.std()),
)
def deviation(inputs: Inputs) -> Tensor:
    # at x_t = x0 = 0 the mean is zero too, and only noise is left
    return Step.sample(inputs, ((30, 29),) * 20, size=0).run(ddpm_step)


@of_steps(ddpm_step, 0.5, "Every sample has its own standard deviation: here x_t and prediction are 0")
def noise_of_rows(inputs: Inputs) -> list[Step]:
    return [Step.sample(inputs, rows, schedule, size=0) for schedule in types() for rows in ROWS]


@of_steps(ddpm_step, 1, "A step to t_prev = -1, from whatever t, gives the network's x0 and adds no noise")
def last(inputs: Inputs) -> list[Step]:
    return [Step.sample(inputs, ((0, -1), (5, -1), (60, -1)), schedule) for schedule in types()]


@of_steps(ddpm_step, 0.5, "t_prev may be many steps before t: β is then 1 - ᾱ_t / ᾱ_{t_prev}")
def stride(inputs: Inputs) -> list[Step]:
    return [
        Step.sample(inputs, ((80, 40), (99, 90), (60, 0)), schedule) for schedule in types(100, "linear")[1:]
    ]


@of_steps(ddpm_step, 0.5, "T, kind and prediction type are those of `schedule`")
def schedules(inputs: Inputs) -> list[Step]:
    given = types(50, "linear") + types(200, "cosine") + types(100, "linear")
    return [Step.sample(inputs, ((20, 19), (40, 15), (7, -1)), schedule) for schedule in given]


@probe(0.5, "Shapes are those of x_t: also with one sample, one frame, one feature, or as many of all three")
def small(inputs: Inputs) -> Tensor | str:
    return small_batches(inputs, ddpm_step)


@probe(0.5, "Nothing is clipped: x_t and prediction may have any magnitude")
def large(inputs: Inputs) -> Tensor:
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
