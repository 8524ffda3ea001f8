# right: step, noise and drop are sampled motion by motion and stacked; one call of the network
import torch

from labkit.diffusion import ddpm_loss
import labkit


@labkit.exercise(labkit.diffusion.training_loss)
def training_loss(network, schedule, x0, mask, text, condition_dropout):
    steps, noises, drops = [], [], []
    for motion in x0:
        drops.append(torch.rand((), device=x0.device) < condition_dropout)
        noises.append(torch.randn(motion.shape, dtype=x0.dtype, device=x0.device))
        steps.append(torch.randint(schedule.T, (), device=x0.device))
    t, noise, drop = map(torch.stack, (steps, noises, drops))

    def model(*inputs):
        return network(*inputs, text, mask, drop)

    return torch.stack(list(ddpm_loss(model, schedule, x0, t, noise, mask))).mean()


@labkit.exercise(labkit.diffusion.ema_update)
def ema_update(average, weight, decay):
    shares = torch.tensor([decay, 1 - decay], dtype=average.dtype, device=average.device)
    return torch.einsum("k,k...->...", shares, torch.stack([average, weight]))
