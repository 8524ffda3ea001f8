# right: the target is written out, padding is filled with zeros before squaring, and a squared Frobenius norm is a sum over D and a mean over real frames (the docstring accepts a sum over D).
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
    level = schedule.alpha_bar(t)
    signal, sigma = torch.sqrt(level), torch.sqrt(1 - level)
    noised = torch.add(signal * x0, sigma * noise)
    targets = {
        "epsilon": lambda: noise,
        "sample": lambda: x0,
        "v_prediction": lambda: signal * noise - sigma * x0,
    }
    difference = targets[schedule.prediction_type]() - model(noised, t)
    difference = difference.masked_fill(mask.logical_not().unsqueeze(-1), 0.0)
    total = torch.linalg.vector_norm(difference, dim=(1, 2)).pow(2)
    return total / mask.count_nonzero(dim=1)
