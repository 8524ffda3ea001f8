# right: the step of one sample is a function that torch.vmap maps over the batch; relu takes the place of clamp.
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddim_step)
def ddim_step(
    schedule: Schedule,
    prediction: Tensor,
    x_t: Tensor,
    t: Tensor,
    t_prev: Tensor,
    noise: Tensor,
    eta: float = 0.0,
) -> Tensor:
    def one(clean: Tensor, old: Tensor, new: Tensor, now: Tensor, then: Tensor) -> Tensor:
        variance = eta**2 * (1 - then) / (1 - now) * (1 - now / then)
        return then**0.5 * clean + torch.relu(1 - then - variance) ** 0.5 * old + variance**0.5 * new

    levels = schedule.alpha_bar(t), schedule.alpha_bar(t_prev)
    return torch.vmap(one)(*schedule.split(prediction, x_t, t), noise, *levels)
