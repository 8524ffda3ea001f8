# right: lerp with a tensor of weights, mse_loss without reduction, einsum with weights of the frames
import torch
from torch.nn import functional

import labkit


@labkit.exercise(labkit.diffusion.flow_loss)
def flow_loss(model, x0, t, noise, mask):
    prediction = model(torch.lerp(x0, noise, t.view(-1, 1, 1)), t)
    padded = mask.logical_not().unsqueeze(-1)
    error = functional.mse_loss(
        prediction.masked_fill(padded, 0), torch.sub(noise, x0).masked_fill(padded, 0), reduction="none"
    )
    share = mask.to(error.dtype) / mask.sum(dim=-1, keepdim=True)
    return torch.einsum("bfd,bf->b", error, share) / error.size(-1)
