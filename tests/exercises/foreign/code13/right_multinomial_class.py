# right: a class around the network, multinomial for t, torch.normal for the noise
import torch

from labkit.diffusion import ddpm_loss
import labkit


class Withholding:
    """The network as a function of x_t and t only."""

    def __init__(self, network, text, mask, probability):
        self.network, self.text, self.mask = network, text, mask
        self.drop = torch.rand(mask.shape[0], device=mask.device).lt(probability)

    def __call__(self, x_t, t):
        return self.network(x_t, t, self.text, self.mask, self.drop)


@labkit.exercise(labkit.diffusion.training_loss)
def training_loss(network, schedule, x0, mask, text, condition_dropout):
    noise = torch.normal(torch.zeros_like(x0), torch.ones_like(x0))
    equal = torch.ones(schedule.T, device=x0.device)
    t = torch.multinomial(equal, num_samples=len(x0), replacement=True)
    model = Withholding(network, text, mask.to(x0.device), condition_dropout)
    each = ddpm_loss(model, schedule, x0, t, noise, mask)
    return each.sum() / each.numel()


@labkit.exercise(labkit.diffusion.ema_update)
def ema_update(average, weight, decay):
    return torch.add(average.mul(decay), weight, alpha=1 - decay)
