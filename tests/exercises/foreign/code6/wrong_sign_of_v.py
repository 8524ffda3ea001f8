# wrong: the v target has the wrong sign: √ᾱ ε + √(1 − ᾱ) x0
# named: v has a plus
from collections.abc import Callable

import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_loss)
def ddpm_loss(
    model: Callable[[Tensor, Tensor], Tensor],
    schedule: Schedule,
    x0: Tensor,
    t: Tensor,
    noise: Tensor,
    mask: Tensor,
) -> Tensor:
    x_t = schedule.q_sample(x0, t, noise)
    prediction = model(x_t, t)
    a = schedule.alpha_bar(t)
    target = {"epsilon": noise, "sample": x0, "v_prediction": a.sqrt() * noise + (1 - a).sqrt() * x0}[
        schedule.prediction_type
    ]
    error = (prediction - target) ** 2
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)
