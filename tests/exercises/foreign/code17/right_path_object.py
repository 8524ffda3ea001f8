# right: a path as an object: its velocity is the difference of its two ends
import torch

import labkit


class Line:
    def __init__(self, start, end):
        self.start, self.end = start, end

    def at(self, t):
        t = t.reshape(-1, *[1] * (self.start.dim() - 1))
        return self.start * (1 - t) + self.end * t

    def velocity(self, t):
        return self.at(torch.ones_like(t)) - self.at(torch.zeros_like(t))


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(model, x0, t, noise, mask):
    line = Line(x0, noise)
    apart = line.velocity(t) - model(line.at(t), t)
    apart = torch.where(mask[..., None], apart, torch.zeros_like(apart))
    return apart.pow(2).mean(dim=-1).sum(dim=-1) / mask.float().sum(dim=-1)
