# right: A loop over samples with math.sqrt on floats
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import math
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
    x0, eps = schedule.split(prediction, x_t, t)
    out = torch.empty_like(x_t)
    for i, (now, then) in enumerate(zip(t.tolist(), t_prev.tolist())):
        a = schedule.alphas_cumprod[now].item()
        b = 1.0 if then < 0 else schedule.alphas_cumprod[then].item()
        sigma = eta * math.sqrt((1 - b) / (1 - a)) * math.sqrt(1 - a / b)
        out[i] = math.sqrt(b) * x0[i] + math.sqrt(max(1 - b - sigma**2, 0)) * eps[i] + sigma * noise[i]
    return out
