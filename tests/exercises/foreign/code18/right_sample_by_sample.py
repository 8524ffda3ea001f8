# right: a small class, and the samples one by one
import torch

import labkit


class Move:
    def __init__(self, x, t, t_next):
        self.x, self.lengths = x, t_next - t

    def along(self, v):
        return torch.stack([x + length * slope for x, length, slope in zip(self.x, self.lengths, v)])


@labkit.exercise(labkit.diffusion.euler_step)
def euler_step(velocity, x_t, t, t_next):
    return Move(x_t, t, t_next).along(velocity(x_t, t))


@labkit.exercise(labkit.diffusion.heun_step)
def heun_step(velocity, x_t, t, t_next):
    move = Move(x_t, t, t_next)
    slopes = [velocity(x_t, t)]
    x_next = move.along(slopes[0])
    ends = [float(time) == 0.0 for time in t_next]
    if all(ends):
        return x_next
    slopes.append(velocity(x_next, t_next))
    mean = [a if end else (a + b) / 2 for a, b, end in zip(*slopes, ends)]
    return move.along(mean)
