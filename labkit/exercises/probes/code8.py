"""What is asked of ddim_step."""

import numpy as np
import torch
from torch import Tensor

from labkit.diffusion import PREDICTION_TYPES, Schedule, ddim_step
from labkit.exercises.probe import Inputs, describe, probe

B, F, D = 3, 3, 2


def steps(*at: int) -> Tensor:
    """The same step for all samples, or one for each."""
    return torch.tensor(at).repeat(B) if len(at) == 1 else torch.tensor(at)


def only_noise(draw: Inputs, eta: float) -> Tensor:
    """A step from 60 to 40 where the network sees no motion and no noise: only fresh noise is left."""
    zero = torch.zeros(8, F, D)
    t = torch.full((8,), 60)
    return ddim_step(Schedule(100), zero, zero.clone(), t, t - 20, draw.normal(8, F, D), eta)


@probe(1, "One step gives a batch of the shape and dtype of x_t, with or without eta")
def shape(draw: Inputs) -> str:
    given = draw.normal(B, F, D), draw.normal(B, F, D), steps(60), steps(40), draw.normal(B, F, D)
    without, with_eta = (describe(ddim_step(Schedule(100), *given, *eta)) for eta in ((), (0.5,)))
    return without if without == with_eta else f"{without} without eta, {with_eta} with it"


@probe(2, "At eta = 0, x_{t_prev} = √ᾱ_prev · x0 + √(1 − ᾱ_prev) · ε, with the network's x0 and ε")
def direction(draw: Inputs) -> Tensor:
    given = draw.normal(B, F, D), draw.normal(B, F, D), steps(60), steps(40), torch.zeros(B, F, D)
    return ddim_step(Schedule(100), *given, 0.0)


@probe(1, "`prediction` may mean the noise, x0 or v: schedule.split turns it into x0 and noise")
def prediction_types(draw: Inputs) -> Tensor:
    given = draw.normal(B, F, D), draw.normal(B, F, D), steps(60), steps(40), torch.zeros(B, F, D)
    found = [ddim_step(Schedule(100, prediction_type=kind), *given, 0.0) for kind in PREDICTION_TYPES]
    return torch.stack(found)


@probe(1, "Every sample is at a step of its own, and t_prev may be any number of steps before t")
def rows(draw: Inputs) -> Tensor:
    given = draw.normal(B, F, D), draw.normal(B, F, D), steps(20, 50, 80), steps(19, 40, 10)
    return ddim_step(Schedule(100), *given, torch.zeros(B, F, D), 0.0)


@probe(1, "At eta = 0 no fresh noise is added", ("standard deviation of what is added", lambda a: a.std()))
def quiet(draw: Inputs) -> Tensor:
    return only_noise(draw, 0.0)


@probe(
    1,
    "At eta = 1 fresh noise is added with the σ of Song et al. 2021, eq. 16",
    ("standard deviation of what is added", lambda a: a.std()),
)
def deviation(draw: Inputs) -> Tensor:
    return only_noise(draw, 1.0)


@probe(
    1,
    "Noise is shared between old and new: at eta = 0.5, ε weighs √(1 − ᾱ_prev − σ²) and fresh noise σ",
)
def half(draw: Inputs) -> Tensor:
    given = draw.normal(B, F, D), draw.normal(B, F, D), steps(60), steps(40), draw.normal(B, F, D)
    return ddim_step(Schedule(100), *given, 0.5)


@probe(1, "The last step, to t_prev = -1, gives the network's x0 and nothing else, whatever eta")
def last(draw: Inputs) -> Tensor:
    given = draw.normal(B, F, D), draw.normal(B, F, D), steps(3), steps(-1), draw.normal(B, F, D)
    return torch.stack([ddim_step(Schedule(100), *given, eta) for eta in (0.0, 1.0)])


@probe(0.5, "At eta = 1 and strides of any length the result is finite: 1 − ᾱ_prev − σ² may round to below 0")
def finite(draw: Inputs) -> str:
    t_prev = torch.arange(700, 999, 3)
    x_t, prediction, noise = draw.normal(3, len(t_prev), 1, 1)
    found = ddim_step(Schedule(1000), prediction, x_t, torch.full_like(t_prev, 999), t_prev, noise, 1.0)
    return f"shape {tuple(found.shape)}, " + ("finite" if found.isfinite().all() else "with nan or inf")


@probe(
    0.5,
    "10 steps with an exact denoiser lead noise to N(2, 0.5²), a little narrower",
    ("standard deviation of the samples", lambda a: a[1]),
)
def gaussian(draw: Inputs) -> Tensor | str:
    schedule, mu, sigma = Schedule(100), 2.0, 0.5
    x, timesteps = draw.normal(500, 1, 1), schedule.timesteps(10).tolist()
    for now, then in zip(timesteps, timesteps[1:] + [-1]):
        t, t_prev = torch.full((500,), now), torch.full((500,), then)
        a = schedule.alpha_bar(t)
        # E[x0 | x_t] for x0 ~ N(mu, sigma²), in closed form
        x0 = mu + sigma**2 * a.sqrt() / (sigma**2 * a + 1 - a) * (x - a.sqrt() * mu)
        x = ddim_step(schedule, x0, x, t, t_prev, torch.zeros_like(x), 0.0)
        if np.shape(x) != (500, 1, 1):  # a wrong shape would grow from step to step, past all memory
            return describe(x)
    return torch.stack([x.mean(), x.std()])
