"""What is asked of ddpm_step."""

import numpy as np
import torch
from torch import Tensor

from labkit.diffusion import PREDICTION_TYPES, Schedule, ddpm_step
from labkit.exercises.probe import Inputs, describe, probe

B, F, D = 3, 3, 2


def step(draw: Inputs, t: Tensor, t_prev: Tensor, noise: float, prediction_type: str = "sample") -> Tensor:
    """One step of a random batch; `noise` scales the noise that is handed over."""
    schedule = Schedule(100, prediction_type=prediction_type)
    x_t, prediction, z = draw.normal(B, F, D), draw.normal(B, F, D), draw.normal(B, F, D)
    return ddpm_step(schedule, prediction, x_t, t, t_prev, noise * z)


def at(step: int) -> Tensor:
    """The same step for every sample."""
    return torch.full((B,), step)


@probe(1, "One step gives a batch of the same shape and dtype as x_t")
def shape(draw: Inputs) -> str:
    return describe(step(draw, at(60), at(59), 1.0))


@probe(2, "Without noise, x_{t-1} is the mean of q(x_{t-1} | x_t, x0), Ho et al. 2020, eq. 7")
def mean(draw: Inputs) -> Tensor:
    return step(draw, at(60), at(59), 0.0)


@probe(1, "`prediction` may mean the noise, x0 or v: schedule.split turns it into x0 and noise")
def prediction_types(draw: Inputs) -> Tensor:
    return torch.stack([step(draw, at(60), at(59), 0.0, kind) for kind in PREDICTION_TYPES])


@probe(1, "Every row of the batch is at a step of its own")
def rows(draw: Inputs) -> Tensor:
    t = torch.tensor([20, 50, 80])
    return step(draw, t, t - 1, 0.0)


@probe(
    2,
    "Noise is added with the standard deviation √β̃_t (or √β_t)",
    ("standard deviation of what is added", lambda a: a.std()),
)
def deviation(draw: Inputs) -> Tensor:
    t = torch.full((20,), 30)
    zero = torch.zeros(20, F, D)  # at x_t = x0 = 0 the mean is zero too, and only noise is left
    return ddpm_step(Schedule(100), zero, zero.clone(), t, t - 1, draw.normal(20, F, D))


@probe(1, "The last step, to t_prev = -1, gives the network's x0 and adds no noise")
def last(draw: Inputs) -> Tensor:
    return step(draw, at(0), at(-1), 1.0)


@probe(1, "t_prev may be many steps before t: β is then 1 - ᾱ_t / ᾱ_{t_prev}")
def stride(draw: Inputs) -> Tensor:
    return step(draw, at(80), at(40), 1.0)


@probe(
    1,
    "100 steps with an exact denoiser draw from N(2, 0.5²)",
    ("standard deviation of the samples", lambda a: a[1]),
)
def gaussian(draw: Inputs) -> Tensor | str:
    schedule, mu, sigma = Schedule(100), 2.0, 0.5
    x = draw.normal(1000, 1, 1)
    for now in range(99, -1, -1):
        t = torch.full((1000,), now)
        a = schedule.alpha_bar(t)
        # E[x0 | x_t] for x0 ~ N(mu, sigma²), in closed form
        x0 = mu + sigma**2 * a.sqrt() / (sigma**2 * a + 1 - a) * (x - a.sqrt() * mu)
        x = ddpm_step(schedule, x0, x, t, t - 1, draw.normal(1000, 1, 1))
        if np.shape(x) != (1000, 1, 1):  # a wrong shape would grow from step to step, past all memory
            return describe(x)
    return torch.stack([x.mean(), x.std()])
