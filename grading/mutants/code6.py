"""Wrong answers to Code 6."""

import torch

from grading.bank import mutant

SCALAR = "You return one number for the whole batch: keep one loss a sample, (B,), the mean over F and D only"


def errors(model, schedule, x0, t, noise):
    """The squared errors (B, F, D) as they should be, for mutants that spoil what follows."""
    return (model(schedule.q_sample(x0, t, noise), t) - schedule.target(x0, noise, t)) ** 2


def reduce(error, mask):
    """Squared errors (B, F, D) → (B,) as it should be, for mutants that spoil what comes before."""
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)


# ------------------------------------------------------------------------------------------------------------
#                                                 Shape of the loss
# ------------------------------------------------------------------------------------------------------------


@mutant(SCALAR + ". And mse_loss knows nothing of the mask")
def mse_loss():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return errors(model, schedule, x0, t, noise).mean()

    return ddpm_loss


@mutant(SCALAR)
def batch_mean():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return reduce(errors(model, schedule, x0, t, noise), mask).mean()

    return ddpm_loss


@mutant("You sum over the whole batch: keep one loss a sample, shape (B,), the sum or mean over F and D only")
def batch_sum():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return (errors(model, schedule, x0, t, noise) * mask[..., None]).sum()

    return ddpm_loss


@mutant("You return one loss a frame, (B, F): go on and take the mean over the real frames of each sample")
def per_frame():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return errors(model, schedule, x0, t, noise).mean(-1) * mask

    return ddpm_loss


@mutant("The loss is float64: schedule.alphas_cumprod is, and all that it touches. schedule.alpha_bar is not")
def float64_result():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        a = schedule.alphas_cumprod[t][:, None, None]
        x_t = a.sqrt() * x0 + (1 - a).sqrt() * noise
        return reduce((model(x_t, t) - schedule.target(x0, noise, t).double()) ** 2, mask)

    return ddpm_loss


@mutant(
    "The network is asked twice: slow, and with dropout it gives two different answers. Keep what it said"
)
def asked_twice():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        x_t, target = schedule.q_sample(x0, t, noise), schedule.target(x0, noise, t)
        return reduce((model(x_t, t) - target) * (model(x_t, t) - target), mask)

    return ddpm_loss


# ------------------------------------------------------------------------------------------------------------
#                                            What the network is shown
# ------------------------------------------------------------------------------------------------------------


@mutant(
    "The network is shown x0, where there is no noise to undo: show it x_t, which schedule.q_sample makes"
)
def clean_input():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return reduce((model(x0, t) - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant(
    "The network is shown the bare noise: show it x_t, the motion and the noise mixed by schedule.q_sample"
)
def noise_input():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return reduce((model(noise, t) - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


def mixed(mix):
    """A loss whose x_t is mix(ᾱ, x0, noise)."""

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        x_t = mix(schedule.alpha_bar(t), x0, noise)
        return reduce((model(x_t, t) - schedule.target(x0, noise, t)) ** 2, mask)

    return {"ddpm_loss": ddpm_loss}


@mutant("x_t is noise added to x0 at full strength: both have a weight that depends on t, see eq. 4")
def unweighted():
    return mixed(lambda a, x0, noise: x0 + noise)


@mutant("x_t weighs x0 by ᾱ_t and noise by 1 − ᾱ_t: these are its *squared* weights, take both roots")
def no_roots():
    return mixed(lambda a, x0, noise: a * x0 + (1 - a) * noise)


@mutant("x_t weighs x0 by ᾱ_t: take the square root")
def no_root_of_signal():
    return mixed(lambda a, x0, noise: a * x0 + (1 - a).sqrt() * noise)


@mutant("x_t weighs the noise by 1 − ᾱ_t, which is its variance: take the square root")
def no_root_of_noise():
    return mixed(lambda a, x0, noise: a.sqrt() * x0 + (1 - a) * noise)


@mutant(
    "The weights in x_t are swapped: √ᾱ_t belongs to x0 and √(1 − ᾱ_t) to the noise, so that t = 0 is clean"
)
def swapped_weights():
    return mixed(lambda a, x0, noise: (1 - a).sqrt() * x0 + a.sqrt() * noise)


@mutant("The noise in x_t weighs 1 − √ᾱ_t: the root goes around the whole, √(1 − ᾱ_t)")
def root_inside():
    return mixed(lambda a, x0, noise: a.sqrt() * x0 + (1 - a.sqrt()) * noise)


@mutant("x_t is noised by β_t, one step alone: ᾱ_t, the product of all steps up to t, leads there from x0")
def beta_for_alpha_bar():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        beta = schedule.betas[t].float()[:, None, None]
        x_t = (1 - beta).sqrt() * x0 + beta.sqrt() * noise
        return reduce((model(x_t, t) - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant("x_t is noised by ᾱ of the step before: tables count from 0, so ᾱ_t is alphas_cumprod[t]")
def step_before():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        x_t = schedule.q_sample(x0, t - 1, noise)
        return reduce((model(x_t, t) - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant(
    "The whole batch is noised to the first sample's step: each sample has its own t, so index by all of t"
)
def first_t_for_all():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        x_t = schedule.q_sample(x0, t[:1].expand(len(t)), noise)
        return reduce((model(x_t, t) - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant(
    "x_t holds other noise than `noise`, which the network is then asked for: it could never guess. "
    "Draw nothing yourself, use `noise` in both places"
)
def fresh_noise_in_x_t():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        x_t = schedule.q_sample(x0, t, torch.randn_like(x0))
        return reduce((model(x_t, t) - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant("You draw noise of your own: `noise` is drawn already, use it, so that a seed tells what happens")
def own_noise():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        noise = torch.randn_like(x0)
        return reduce(errors(model, schedule, x0, t, noise), mask)

    return ddpm_loss


@mutant("The network is told t / T: tell it t as it is, it does the rest itself")
def t_as_share():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        prediction = model(schedule.q_sample(x0, t, noise), t / schedule.T)
        return reduce((prediction - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant("The network is told t + 1: steps count from 0 everywhere here, tell it t as it is")
def t_from_one():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        prediction = model(schedule.q_sample(x0, t, noise), t + 1)
        return reduce((prediction - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant("The network is told t in the shape (B, 1, 1): it wants (B,), as t came")
def t_unsqueezed():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        prediction = model(schedule.q_sample(x0, t, noise), t[:, None, None])
        return reduce((prediction - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


# ------------------------------------------------------------------------------------------------------------
#                                           What it should have said
# ------------------------------------------------------------------------------------------------------------


def compared(with_what):
    """A loss whose target is with_what(schedule, x0, noise, t, x_t)."""

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        x_t = schedule.q_sample(x0, t, noise)
        return reduce((model(x_t, t) - with_what(schedule, x0, noise, t, x_t)) ** 2, mask)

    return {"ddpm_loss": ddpm_loss}


@mutant(
    "You compare with the noise, whatever `schedule.prediction_type` says: eq. 14 does so as well, but here "
    "the network may be asked for x0 or v. schedule.target knows what is right"
)
def always_noise():
    return compared(lambda schedule, x0, noise, t, x_t: noise)


@mutant(
    "You compare with x0, whatever `schedule.prediction_type` says: the network may be asked for the noise "
    "or for v. schedule.target knows what is right"
)
def always_x0():
    return compared(lambda schedule, x0, noise, t, x_t: x0)


@mutant("You compare with x_t, which is what the network was shown: compare with what it should say of it")
def against_x_t():
    return compared(lambda schedule, x0, noise, t, x_t: x_t)


@mutant("The differences count by their absolute value: eq. 14 squares them, and takes no root afterwards")
def absolute():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return reduce(errors(model, schedule, x0, t, noise).sqrt(), mask)

    return ddpm_loss


@mutant("You return the root of the mean square: eq. 14 has no root")
def root_of_mean():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return reduce(errors(model, schedule, x0, t, noise), mask).sqrt()

    return ddpm_loss


@mutant("Square before you take the mean, not after: errors of opposite sign cancel otherwise")
def square_of_mean():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        error = model(schedule.q_sample(x0, t, noise), t) - schedule.target(x0, noise, t)
        return reduce(error, mask) ** 2

    return ddpm_loss


@mutant("The loss is half of what it should be: eq. 14 has no ½")
def half():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return 0.5 * reduce(errors(model, schedule, x0, t, noise), mask)

    return ddpm_loss


@mutant("The difference is not squared: too high and too low cancel, and the loss can be negative")
def not_squared():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return reduce(model(schedule.q_sample(x0, t, noise), t) - schedule.target(x0, noise, t), mask)

    return ddpm_loss


# ------------------------------------------------------------------------------------------------------------
#                                                   The padding
# ------------------------------------------------------------------------------------------------------------


@mutant(
    "Padded frames count: nonsense in the padding makes a loss {found}× as large. Use `mask`, and divide by "
    "the number of real frames"
)
def no_mask():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return errors(model, schedule, x0, t, noise).mean((1, 2))

    return ddpm_loss


@mutant("You count the padding and leave out the motion: `mask` is True where frames are *real*")
def mask_inverted():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        error = errors(model, schedule, x0, t, noise).mean(-1)
        return (error * ~mask).sum(-1) / (~mask).sum(-1).clamp(min=1)

    return ddpm_loss


@mutant("Only the target is masked, so in the padding the network has to say 0: mask the error, not one side")
def target_masked_only():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        target = schedule.target(x0, noise, t) * mask[..., None]
        error = (model(schedule.q_sample(x0, t, noise), t) - target) ** 2
        return error.mean(-1).sum(-1) / mask.sum(-1)

    return ddpm_loss


@mutant("You divide by the real frames, but the sum above still holds the padded ones: mask the error first")
def only_divided_by_real():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return errors(model, schedule, x0, t, noise).mean(-1).sum(-1) / mask.sum(-1)

    return ddpm_loss


@mutant(
    "The error is masked, but divided by all F frames: a motion of 1 frame in a batch of 6 has a loss of "
    "{found}, expected {expected}. Divide by the real frames"
)
def divided_by_all():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return (errors(model, schedule, x0, t, noise).mean(-1) * mask).mean(-1)

    return ddpm_loss


@mutant(
    "Each sample is divided by the real frames of the whole batch: a motion of 1 frame has a loss of "
    "{found}, expected {expected}. Count the frames of each sample"
)
def divided_by_batch():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return (errors(model, schedule, x0, t, noise).mean(-1) * mask).sum(-1) / mask.sum()

    return ddpm_loss


@mutant("No gradient reaches the network, it would learn nothing: leave out detach() and no_grad() here")
def detached():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        prediction = model(schedule.q_sample(x0, t, noise), t).detach()
        return reduce((prediction - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss
