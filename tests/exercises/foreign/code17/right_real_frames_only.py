# right: torch.lerp, and for each sample the mean of its real frames alone
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import mse_loss
import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    predictions = model(torch.lerp(x0, noise, t.view(len(t), 1, 1)), t)
    losses = []
    for motion, eps, v, real in zip(x0, noise, predictions, mask):
        losses.append(mse_loss(v[real], eps[real] - motion[real]))  # mean over real frames and D
    return torch.stack(losses)
