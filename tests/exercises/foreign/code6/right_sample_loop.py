# right: loops over the samples and selects their real frames
import torch
from torch import Tensor
from torch.nn import functional

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.ddpm_loss)
def ddpm_loss(model, schedule, x0, t, noise, mask):
    noisy = schedule.q_sample(x0, t, noise)
    out, goal = model(noisy, t), schedule.target(x0, noise, t)
    losses = []
    for o, g, m in zip(out, goal, mask):
        losses.append(functional.mse_loss(o[m], g[m]))
    return torch.stack(losses)
