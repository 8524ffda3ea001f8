# right: the paper's eq. 6 as it is printed, with its own scale w - 1, summed in a loop
import torch

import labkit


@labkit.exercise(labkit.diffusion.guided)
def guided(network, x, t, text, mask, guidance_scale):
    w = guidance_scale - 1  # of Ho & Salimans
    total = torch.zeros_like(x)
    for factor, withheld in ((1 + w, False), (-w, True)):
        drop = torch.tensor([withheld] * x.size(0), device=x.device)
        total = total + factor * network(x, t, text, mask, drop)
    return total
