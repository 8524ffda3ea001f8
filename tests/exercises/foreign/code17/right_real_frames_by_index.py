# right: the real frames of each sample are taken by index; one call of the model
import torch

import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(model, x0, t, noise, mask):
    x_t = torch.stack([(1 - s) * clean + s * eps for s, clean, eps in zip(t, x0, noise)])
    velocity = model(x_t, t)
    losses = []
    for v, clean, eps, real in zip(velocity, x0, noise, mask):
        losses.append((clean[real] + v[real] - eps[real]).square().mean())
    return torch.stack(losses)
