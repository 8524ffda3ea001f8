# wrong: Each sample's loss is turned into a Python number by .item() and a new tensor is made of them, so the loss has no gradient.
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
    target = schedule.target(x0, noise, t)
    losses = []
    for b in range(len(x0)):
        error = prediction[b][mask[b]] - target[b][mask[b]]
        losses.append(error.square().mean().item())
    return torch.tensor(losses, device=x0.device)
