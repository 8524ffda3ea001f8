"""Wrong answers to Code 6."""

import torch

from grading.bank import mutant
from labkit.diffusion import Schedule

SCALAR = "You return one number for the whole batch: keep one loss a sample, (B,), the mean over F and D only"


def errors(model, schedule, x0, t, noise):
    """The squared errors (B, F, D) as they should be, for mutants that change what follows."""
    return (model(schedule.q_sample(x0, t, noise), t) - schedule.target(x0, noise, t)) ** 2


def reduce(error, mask):
    """Squared errors (B, F, D) → (B,) as it should be, for mutants that change what comes before."""
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)


# ------------------------------------------------------------------------------------------------------------
#                                                Another loss
# ------------------------------------------------------------------------------------------------------------


@mutant("The squared differences between frames are added (a velocity loss): eq. 14 has the error alone")
def velocity_loss_added():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        error = model(schedule.q_sample(x0, t, noise), t) - schedule.target(x0, noise, t)
        pairs = mask[:, 1:] & mask[:, :-1]
        change = error.diff(dim=1).square().mean(-1)
        return reduce(error**2, mask) + (change * pairs).sum(-1) / pairs.sum(-1).clamp(min=1)

    return ddpm_loss


@mutant(
    "Every prediction is converted to noise and compared with the noise: compare it as it is with "
    "`schedule.target`, which depends on what is predicted"
)
def compared_as_noise():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        x_t = schedule.q_sample(x0, t, noise)
        return reduce((schedule.split(model(x_t, t), x_t, t)[1] - noise) ** 2, mask)

    return ddpm_loss


@mutant("Frames of zeros are taken for padding: real frames may be zero, use `mask`")
def zeros_are_padding():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return reduce(errors(model, schedule, x0, t, noise), (x0 != 0).any(-1))

    return ddpm_loss


# ------------------------------------------------------------------------------------------------------------
#                                                 Shape of the loss
# ------------------------------------------------------------------------------------------------------------


@mutant(SCALAR + ". Also, mse_loss does not use the mask")
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


@mutant("You return one loss for each frame, (B, F): also take the mean over the real frames of each sample")
def per_frame():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return errors(model, schedule, x0, t, noise).mean(-1) * mask

    return ddpm_loss


@mutant(
    "The loss is float64: schedule.alphas_cumprod is float64, and so are results computed from it. Use "
    "schedule.alpha_bar, which is float32"
)
def float64_result():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        a = schedule.alphas_cumprod[t][:, None, None]
        x_t = a.sqrt() * x0 + (1 - a).sqrt() * noise
        return reduce((model(x_t, t) - schedule.target(x0, noise, t).double()) ** 2, mask)

    return ddpm_loss


@mutant(
    "The network is called twice: slow, and with dropout it gives two different answers. Store its output"
)
def asked_twice():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        x_t, target = schedule.q_sample(x0, t, noise), schedule.target(x0, noise, t)
        return reduce((model(x_t, t) - target) * (model(x_t, t) - target), mask)

    return ddpm_loss


# ------------------------------------------------------------------------------------------------------------
#                                            The input of the network
# ------------------------------------------------------------------------------------------------------------


@mutant("The network is given x0, without noise: pass x_t, which schedule.q_sample returns")
def clean_input():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return reduce((model(x0, t) - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant(
    "The network is given the noise alone: pass x_t, the weighted sum of motion and noise of "
    "schedule.q_sample"
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


@mutant(
    "In x_t, the weight of x0 is ᾱ_t and that of noise 1 − ᾱ_t: these are its *squared* weights, take "
    "both roots"
)
def no_roots():
    return mixed(lambda a, x0, noise: a * x0 + (1 - a) * noise)


@mutant("In x_t, the weight of x0 is ᾱ_t: take the square root")
def no_root_of_signal():
    return mixed(lambda a, x0, noise: a * x0 + (1 - a).sqrt() * noise)


@mutant("In x_t, the weight of the noise is 1 − ᾱ_t, which is its variance: take the square root")
def no_root_of_noise():
    return mixed(lambda a, x0, noise: a.sqrt() * x0 + (1 - a) * noise)


@mutant(
    "The weights in x_t are swapped: √ᾱ_t belongs to x0 and √(1 − ᾱ_t) to the noise, so that there is "
    "little noise at t = 0"
)
def swapped_weights():
    return mixed(lambda a, x0, noise: (1 - a).sqrt() * x0 + a.sqrt() * noise)


@mutant("In x_t, the weight of the noise is 1 − √ᾱ_t: the root goes around the whole, √(1 − ᾱ_t)")
def root_inside():
    return mixed(lambda a, x0, noise: a.sqrt() * x0 + (1 - a.sqrt()) * noise)


@mutant("x_t is noised with β_t, which is one step: use ᾱ_t, the product over all steps up to t")
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
    "x_t holds other noise than `noise`, which is the target: the network cannot predict it. Sample "
    "nothing yourself, use `noise` in both places"
)
def fresh_noise_in_x_t():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        x_t = schedule.q_sample(x0, t, torch.randn_like(x0))
        return reduce((model(x_t, t) - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant("You sample noise of your own: use the given `noise`, so that the result is reproducible from a seed")
def own_noise():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        noise = torch.randn_like(x0)
        return reduce(errors(model, schedule, x0, t, noise), mask)

    return ddpm_loss


@mutant("The network is given t / T: pass t unchanged, the network embeds it itself")
def t_as_share():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        prediction = model(schedule.q_sample(x0, t, noise), t / schedule.T)
        return reduce((prediction - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant("The network is given t + 1: steps count from 0 everywhere here, pass t unchanged")
def t_from_one():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        prediction = model(schedule.q_sample(x0, t, noise), t + 1)
        return reduce((prediction - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant("The network is given t in the shape (B, 1, 1): pass it as (B,), as it is in the arguments")
def t_unsqueezed():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        prediction = model(schedule.q_sample(x0, t, noise), t[:, None, None])
        return reduce((prediction - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


# ------------------------------------------------------------------------------------------------------------
#                                                    The target
# ------------------------------------------------------------------------------------------------------------


def compared(with_what):
    """A loss whose target is with_what(schedule, x0, noise, t, x_t)."""

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        x_t = schedule.q_sample(x0, t, noise)
        return reduce((model(x_t, t) - with_what(schedule, x0, noise, t, x_t)) ** 2, mask)

    return {"ddpm_loss": ddpm_loss}


@mutant(
    "You compare with the noise, whatever `schedule.prediction_type` is: eq. 14 does so as well, but "
    "here the target may be x0 or v. schedule.target returns it"
)
def always_noise():
    return compared(lambda schedule, x0, noise, t, x_t: noise)


@mutant(
    "You compare with x0, whatever `schedule.prediction_type` is: the target may be the noise or v. "
    "schedule.target returns it"
)
def always_x0():
    return compared(lambda schedule, x0, noise, t, x_t: x0)


@mutant("x0 and noise are exchanged in schedule.target: its order is (x0, noise, t)")
def target_arguments_exchanged():
    return compared(lambda schedule, x0, noise, t, x_t: schedule.target(noise, x0, t))


@mutant("The target v has a plus: it is √ᾱ_t · noise − √(1 − ᾱ_t) · x0, which schedule.target returns")
def sign_of_v():
    def target(schedule, x0, noise, t, x_t):
        if schedule.prediction_type != "v_prediction":
            return schedule.target(x0, noise, t)
        a = schedule.alpha_bar(t)
        return a.sqrt() * noise + (1 - a).sqrt() * x0

    return compared(target)


@mutant("You compare with x_t, which is the network's input: compare with the target")
def against_x_t():
    return compared(lambda schedule, x0, noise, t, x_t: x_t)


@mutant("You take the absolute value of the differences: eq. 14 squares them, without a root")
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


@mutant("Errors are averaged over the features before they are squared: square each number first")
def square_of_frame_means():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        error = model(schedule.q_sample(x0, t, noise), t) - schedule.target(x0, noise, t)
        return reduce(error.mean(-1, keepdim=True) ** 2, mask)

    return ddpm_loss


def weighted(weight):
    """A loss with the factor weight(SNR)."""

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return reduce(errors(model, schedule, x0, t, noise), mask) * weight(schedule.snr(t))

    return {"ddpm_loss": ddpm_loss}


@mutant("The loss is weighted by the signal-to-noise ratio: eq. 14 has the weight 1 at every step")
def weighted_by_snr():
    return weighted(lambda snr: snr)


@mutant("The loss is weighted by the signal-to-noise ratio, up to 5: eq. 14 has the weight 1 at every step")
def weighted_by_snr_up_to_5():
    return weighted(lambda snr: snr.clamp(max=5))


@mutant("The loss is half of what it should be: eq. 14 has no ½")
def half():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return 0.5 * reduce(errors(model, schedule, x0, t, noise), mask)

    return ddpm_loss


@mutant("The difference is not squared: positive and negative errors cancel, and the loss can be negative")
def not_squared():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return reduce(model(schedule.q_sample(x0, t, noise), t) - schedule.target(x0, noise, t), mask)

    return ddpm_loss


# ------------------------------------------------------------------------------------------------------------
#                                                   The padding
# ------------------------------------------------------------------------------------------------------------


@mutant(
    "Padded frames are in the loss: errors in the padding multiply it by {found}. Use `mask`, and divide "
    "by the number of real frames"
)
def no_mask():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return errors(model, schedule, x0, t, noise).mean((1, 2))

    return ddpm_loss


@mutant("The loss is taken over the padding, not over the motion: `mask` is True where frames are *real*")
def mask_inverted():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        error = errors(model, schedule, x0, t, noise).mean(-1)
        return (error * ~mask).sum(-1) / (~mask).sum(-1).clamp(min=1)

    return ddpm_loss


@mutant("Only the target is masked, so that it is 0 in the padding: mask the error, not one side")
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


@mutant("Each sample is divided by the real frames of the first sample: count the frames of each sample")
def divided_by_the_first():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return (errors(model, schedule, x0, t, noise).mean(-1) * mask).sum(-1) / mask[0].sum()

    return ddpm_loss


@mutant(
    "The number of frames is one too large in the division: a mask has at least one real frame, add nothing"
)
def one_frame_too_many():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return (errors(model, schedule, x0, t, noise).mean(-1) * mask).sum(-1) / (mask.sum(-1) + 1)

    return ddpm_loss


@mutant(
    "All samples have the same loss, a mean over the real frames of the whole batch: each sample has its own"
)
def one_mean_for_all():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return errors(model, schedule, x0, t, noise)[mask].mean().expand(len(x0))

    return ddpm_loss


@mutant("Only the first feature is in the loss: average over all D")
def first_feature():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return reduce(errors(model, schedule, x0, t, noise)[..., :1], mask)

    return ddpm_loss


@mutant("No gradient reaches the network, so it is not trained: leave out detach() and no_grad() here")
def detached():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        prediction = model(schedule.q_sample(x0, t, noise), t).detach()
        return reduce((prediction - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


# ------------------------------------------------------------------------------------------------------------
#                                      Right for one setting, and for no other
# ------------------------------------------------------------------------------------------------------------


def with_schedule(make):
    """A loss that uses another schedule, make(schedule)."""

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return reduce(errors(model, make(schedule), x0, t, noise), mask)

    return {"ddpm_loss": ddpm_loss}


@mutant("You make a cosine schedule of your own: use the given one, which may be linear")
def cosine_always():
    return with_schedule(lambda s: Schedule(s.T, "cosine", s.prediction_type))


@mutant("You make a schedule of 100 steps of your own: use the given one, which may have other steps")
def hundred_steps_always():
    return with_schedule(lambda s: Schedule(max(100, s.T // 10), s.config["kind"], s.prediction_type))


@mutant('x_t is right with prediction type "sample" only: the network\'s input does not depend on it')
def x_t_of_one_type():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        x_t = schedule.q_sample(x0, t, noise) if schedule.prediction_type == "sample" else noise
        return reduce((model(x_t, t) - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant('The mask is used with prediction type "sample" only: padding is masked for every type')
def mask_of_one_type():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        if schedule.prediction_type != "sample":
            mask = torch.ones_like(mask)
        return reduce(errors(model, schedule, x0, t, noise), mask)

    return ddpm_loss


@mutant("The target is that of the first sample's step: each sample has its own t")
def target_of_first_t():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        target = schedule.target(x0, noise, t[:1].expand(len(t)))
        return reduce((model(schedule.q_sample(x0, t, noise), t) - target) ** 2, mask)

    return ddpm_loss


@mutant("The first sample's mask is used for the whole batch: each sample has its own length")
def first_mask_for_all():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return reduce(errors(model, schedule, x0, t, noise), mask[:1].expand_as(mask))

    return ddpm_loss


@mutant("A frame is used where it is real in *any* sample of the batch: each sample has its own length")
def any_mask():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return reduce(errors(model, schedule, x0, t, noise), mask.any(0).expand_as(mask))

    return ddpm_loss


@mutant("A frame is used where it is real in *every* sample of the batch: each sample has its own length")
def all_mask():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return reduce(errors(model, schedule, x0, t, noise), mask.all(0).expand_as(mask))

    return ddpm_loss


@mutant("At t = 0 nothing is noised: step 0 has the least noise, but not none (that would be t = −1)")
def clean_at_0():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        x_t = torch.where((t == 0)[:, None, None], x0, schedule.q_sample(x0, t, noise))
        return reduce((model(x_t, t) - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant("If *any* sample is at t = 0, no sample is noised: each sample has its own t")
def clean_if_any_at_0():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        x_t = x0 if (t == 0).any() else schedule.q_sample(x0, t, noise)
        return reduce((model(x_t, t) - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant("The loss is 0 at t = 0: that step has a loss like any other")
def nothing_at_0():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return reduce(errors(model, schedule, x0, t, noise), mask) * (t > 0)

    return ddpm_loss


@mutant("At the last step, t = T − 1, the network is given the noise alone: x_t still contains some of x0")
def bare_noise_at_the_end():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        x_t = torch.where((t == schedule.T - 1)[:, None, None], noise, schedule.q_sample(x0, t, noise))
        return reduce((model(x_t, t) - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant("t = T − 1 is noised like T − 2: the table has T entries, 0 to T − 1")
def never_the_last_step():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        x_t = schedule.q_sample(x0, t.clamp(max=schedule.T - 2), noise)
        return reduce((model(x_t, t) - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


# ------------------------------------------------------------------------------------------------------------
#                                           Large inputs, small batches
# ------------------------------------------------------------------------------------------------------------


def limited(limit_x0=lambda x: x, limit_prediction=lambda x: x, square=torch.square):
    """A loss with limits to its inputs, or with something else than a square."""

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        x0 = limit_x0(x0)
        error = limit_prediction(model(schedule.q_sample(x0, t, noise), t)) - schedule.target(x0, noise, t)
        return reduce(square(error), mask)

    return {"ddpm_loss": ddpm_loss}


def clip(limit):
    return lambda x: x.clamp(-limit, limit)


@mutant("x0 is clipped to ±3: z-scored motions exceed it, clip nothing")
def x0_clipped_at_3():
    return limited(clip(3))


@mutant("x0 is clipped to ±5: z-scored motions exceed it, clip nothing")
def x0_clipped_at_5():
    return limited(clip(5))


@mutant("x0 is clipped to ±10: z-scored motions exceed it, clip nothing")
def x0_clipped_at_10():
    return limited(clip(10))


@mutant("The prediction is clipped to ±5: larger errors must contribute to the loss too")
def prediction_clipped_at_5():
    return limited(limit_prediction=clip(5))


@mutant("The prediction is clipped to ±10: larger errors must contribute to the loss too")
def prediction_clipped_at_10():
    return limited(limit_prediction=clip(10))


@mutant("The target is clipped to ±1: x0, noise and v exceed it, clip nothing")
def target_clipped_at_1():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        target = schedule.target(x0, noise, t).clamp(-1, 1)
        return reduce((model(schedule.q_sample(x0, t, noise), t) - target) ** 2, mask)

    return ddpm_loss


@mutant("Errors are clipped: eq. 14 squares all of them, however large")
def error_clipped():
    return limited(square=lambda error: error.clamp(-20, 20) ** 2)


@mutant("This is the Huber loss (smooth L1), e²/2 or |e| − 1/2: eq. 14 squares every error")
def smooth_l1():
    return limited(square=lambda e: torch.where(e.abs() < 1, e**2 / 2, e.abs() - 0.5))


@mutant("Large errors have a linear loss, as in a Huber loss: eq. 14 squares all of them")
def huber():
    return limited(square=lambda e: torch.where(e.abs() < 10, e**2, 20 * e.abs() - 100))


@mutant("x_t is computed in bfloat16, which has three decimal digits: stay in float32")
def half_precision():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        x_t = schedule.q_sample(x0, t, noise).bfloat16().float()
        return reduce((model(x_t, t) - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant("`squeeze()` drops every axis of length 1: a batch of one sample must give (1,), not a scalar")
def squeezed_result():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        return reduce(errors(model, schedule, x0, t, noise), mask).squeeze()

    return ddpm_loss


@mutant("`squeeze()` drops every axis of length 1: with F = 1 or D = 1 the mean runs over another axis")
def squeezed_error():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        error = errors(model, schedule, x0, t, noise).squeeze()
        if error.ndim == 3:
            return reduce(error, mask)
        return error.mean(-1).expand(len(t))

    return ddpm_loss


# ------------------------------------------------------------------------------------------------------------
#                                       How the network is called; side effects
# ------------------------------------------------------------------------------------------------------------


@mutant(
    "The network is called with keyword arguments (x_t=, t=), whose names may differ: write model(x_t, t)"
)
def called_by_name():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        prediction = model(x_t=schedule.q_sample(x0, t, noise), t=t)
        return reduce((prediction - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant("The network is given t as float: keep it int64, networks use it as an index")
def t_as_float():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        prediction = model(schedule.q_sample(x0, t, noise), t.float())
        return reduce((prediction - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant("The network is given x_t as float64: it is float32, like its weights")
def x_t_as_double():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        prediction = model(schedule.q_sample(x0.double(), t, noise), t)
        return reduce((prediction - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant("The network is called once for each sample: pass the whole batch in one call")
def sample_by_sample():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        x_t = schedule.q_sample(x0, t, noise)
        prediction = torch.cat([model(x_t[i : i + 1], t[i : i + 1]) for i in range(len(t))])
        return reduce((prediction - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant("x0 is changed in place (x0[...] =, mul_, +=): the caller still needs it. Work on a copy")
def overwrites_x0():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        target, a = schedule.target(x0, noise, t).clone(), schedule.alpha_bar(t)
        x_t = x0.mul_(a.sqrt()).add_((1 - a).sqrt() * noise)
        return reduce((model(x_t, t) - target) ** 2, mask)

    return ddpm_loss


@mutant("`noise` is overwritten (mul_, *=): the caller still needs it. Work on a copy")
def overwrites_noise():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        target, a = schedule.target(x0, noise, t).clone(), schedule.alpha_bar(t)
        noise *= (1 - a).sqrt()
        return reduce((model(a.sqrt() * x0 + noise, t) - target) ** 2, mask)

    return ddpm_loss


@mutant("The network's output is overwritten (sub_, -=): the backward pass needs it. Work on a copy")
def overwrites_the_prediction():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        error = model(schedule.q_sample(x0, t, noise), t)
        error -= schedule.target(x0, noise, t)
        return reduce(error**2, mask)

    return ddpm_loss


@mutant("The schedule itself is changed (its table becomes float32): others use it too. Convert a copy")
def overwrites_the_schedule():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        schedule.alphas_cumprod = schedule.alphas_cumprod.float()
        return reduce(errors(model, schedule, x0, t, noise), mask)

    return ddpm_loss


@mutant("torch.manual_seed is called inside: all random numbers after it repeat. The caller sets the seed")
def sets_the_seed():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        torch.manual_seed(0)
        return reduce(errors(model, schedule, x0, t, noise), mask)

    return ddpm_loss


@mutant("ᾱ is that of the previous call: compute it in every call")
def remembers_alpha_bar():
    memory = {}

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        now = schedule.alpha_bar(t)
        a, memory[now.shape] = memory.get(now.shape, now), now
        x_t = a.sqrt() * x0 + (1 - a).sqrt() * noise
        return reduce((model(x_t, t) - schedule.target(x0, noise, t)) ** 2, mask)

    return ddpm_loss


@mutant("The mask is that of the previous call: every batch has its own")
def remembers_the_mask():
    memory = {}

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        used, memory[mask.shape] = memory.get(mask.shape, mask), mask
        return reduce(errors(model, schedule, x0, t, noise), used)

    return ddpm_loss


@mutant("You take a root and square it again: where the error is exactly 0, the gradient is nan")
def gradient_not_finite():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        length = errors(model, schedule, x0, t, noise).mean(-1).sqrt()
        return reduce((length**2)[..., None], mask)

    return ddpm_loss


@mutant("The gradient is that of the first sample alone: the loss of every sample reaches the network")
def gradient_of_the_first():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        loss = reduce(errors(model, schedule, x0, t, noise), mask)
        return torch.cat([loss[:1], loss[1:].detach()])

    return ddpm_loss


@mutant("Each sum is divided by the frames of the longest motion of the batch: divide by the motion's own")
def divided_by_the_longest():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        error = errors(model, schedule, x0, t, noise).mean(-1) * mask
        return error.sum(-1) / mask.sum(-1).max()

    return ddpm_loss


@mutant("Each sum is divided by the mean length of the motions: divide by the motion's own number of frames")
def divided_by_the_mean_length():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        error = errors(model, schedule, x0, t, noise).mean(-1) * mask
        return error.sum(-1) / mask.sum(-1).float().mean()

    return ddpm_loss


@mutant("Only the prediction is set to zero in the padding: the target counts there. Mask the difference")
def target_not_masked():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        prediction = model(schedule.q_sample(x0, t, noise), t) * mask[..., None]
        error = (prediction - schedule.target(x0, noise, t)) ** 2
        return error.mean(-1).sum(-1) / mask.sum(-1)

    return ddpm_loss


@mutant("Where v is predicted, the prediction is compared with the noise: v = √ᾱ · noise − √(1 − ᾱ) · x0")
def v_taken_for_noise():
    def ddpm_loss(model, schedule, x0, t, noise, mask):
        target = x0 if schedule.prediction_type == "sample" else noise
        return reduce((model(schedule.q_sample(x0, t, noise), t) - target) ** 2, mask)

    return ddpm_loss


def with_x_t(change):
    """ddpm_loss whose network is given change(x_t)."""

    def ddpm_loss(model, schedule, x0, t, noise, mask):
        prediction = model(change(schedule.q_sample(x0, t, noise)), t)
        return reduce((prediction - schedule.target(x0, noise, t)) ** 2, mask)

    return {"ddpm_loss": ddpm_loss}


@mutant("x_t is clipped to ±5: noisy motions exceed it, clip nothing")
def x_t_clipped_at_5():
    return with_x_t(lambda x_t: x_t.clamp(-5, 5))


@mutant("x_t is clipped to ±20: noisy motions may exceed it, clip nothing")
def x_t_clipped_at_20():
    return with_x_t(lambda x_t: x_t.clamp(-20, 20))
