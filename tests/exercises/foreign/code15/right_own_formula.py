# right: writes the noising out with alpha_bar
import torch
from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.replace_known)
def replace_known(schedule, x, x_known, known, t, noise):
    abar = schedule.alpha_bar(t)
    signal, sigma = torch.sqrt(abar), torch.sqrt(1 - abar)
    return torch.where(~known, x, signal * x_known + sigma * noise)
