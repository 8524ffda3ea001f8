"""Wrong answers to Code 17."""

import torch

from grading.bank import mutant


def path(x0, t, noise):
    """x_t as it should be."""
    t = t[:, None, None]
    return (1 - t) * x0 + t * noise


def velocity(x0, t, noise):
    return noise - x0


def reduce(error, mask):
    """Mean over real frames and D."""
    return (error.mean(-1) * mask).sum(-1) / mask.sum(-1)


def loss(x_t=path, target=velocity, call=None, square=torch.square, reduced=reduce):
    """flow_loss with some of its parts replaced."""
    call = call or (lambda model, x_t, t: model(x_t, t))

    def flow_loss(model, x0, t, noise, mask):
        prediction = call(model, x_t(x0, t, noise), t)
        return reduced(square(prediction - target(x0, t, noise)), mask)

    return {"flow_loss": flow_loss}


# ------------------------------------------------------------------------------------------------------------
#                                                 The point x_t
# ------------------------------------------------------------------------------------------------------------


@mutant("Your time runs the other way: here t = 0 is data and t = 1 is noise, (1 − t) · x0 + t · noise")
def path_reversed():
    return loss(x_t=lambda x0, t, noise: path(noise, t, x0))


@mutant(
    "That is the papers' convention, data at t = 1 and the velocity x0 − noise: in this course data is at "
    "t = 0, so path and velocity are reversed"
)
def convention_of_the_papers():
    return loss(x_t=lambda x0, t, noise: path(noise, t, x0), target=lambda x0, t, noise: x0 - noise)


@mutant("The weights are square roots, as in diffusion: the line of a flow has 1 − t and t themselves")
def path_of_diffusion():
    def x_t(x0, t, noise):
        t = t[:, None, None]
        return (1 - t).sqrt() * x0 + t.sqrt() * noise

    return loss(x_t=x_t)


@mutant("The weights are cosine and sine of t, which is a circle: the line of a flow has 1 − t and t")
def path_on_a_circle():
    def x_t(x0, t, noise):
        angle = t[:, None, None] * torch.pi / 2
        return angle.cos() * x0 + angle.sin() * noise

    return loss(x_t=x_t)


@mutant("The network is given x0 without noise: give it the point x_t = (1 − t) · x0 + t · noise")
def clean_motion():
    return loss(x_t=lambda x0, t, noise: x0)


@mutant("The network is given the noise alone: give it the point x_t = (1 − t) · x0 + t · noise")
def bare_noise():
    return loss(x_t=lambda x0, t, noise: noise)


@mutant("x0 keeps its full weight: it is 1 − t, so that nothing of x0 is left at t = 1")
def signal_not_scaled():
    return loss(x_t=lambda x0, t, noise: x0 + t[:, None, None] * noise)


@mutant("The noise has its full weight: it is t, so that no noise is left at t = 0")
def noise_not_scaled():
    return loss(x_t=lambda x0, t, noise: (1 - t)[:, None, None] * x0 + noise)


@mutant("All samples get the time of the first one: t has a number for each, t[:, None, None]")
def first_t_for_all():
    return loss(x_t=lambda x0, t, noise: path(x0, t[:1], noise))


@mutant("Times are kept away from 0 and 1 here: t comes with the call, use it as it is")
def times_limited():
    return loss(x_t=lambda x0, t, noise: path(x0, t.clamp(0.05, 0.95), noise))


@mutant("You sample noise of your own: `noise` is sampled already, and the target needs the same")
def own_noise():
    return loss(x_t=lambda x0, t, noise: path(x0, t, torch.randn_like(noise)))


@mutant("x_t is computed in bfloat16, which has three decimal digits: stay in float32")
def half_precision():
    return loss(x_t=lambda x0, t, noise: path(x0, t, noise).bfloat16().float())


# ------------------------------------------------------------------------------------------------------------
#                                                  The target
# ------------------------------------------------------------------------------------------------------------


@mutant("The velocity has the wrong sign: with time from data to noise, dx_t / dt = noise − x0")
def sign_of_the_velocity():
    return loss(target=lambda x0, t, noise: x0 - noise)


@mutant("The target is the noise, as in diffusion: differentiate (1 − t) · x0 + t · noise with respect to t")
def target_is_the_noise():
    return loss(target=lambda x0, t, noise: noise)


@mutant("The target is x0: differentiate x_t = (1 − t) · x0 + t · noise with respect to t")
def target_is_x0():
    return loss(target=lambda x0, t, noise: x0)


@mutant("The target is the sum of noise and x0: the derivative of (1 − t) · x0 is −x0")
def target_is_the_sum():
    return loss(target=lambda x0, t, noise: noise + x0)


@mutant("The target is noise − x_t: the velocity of the line is the same at all its points, noise − x0")
def target_from_x_t():
    return loss(target=lambda x0, t, noise: noise - path(x0, t, noise))


@mutant("The target is x_t − x0, the way so far: divided by t it is the velocity, noise − x0")
def target_is_the_way_so_far():
    return loss(target=lambda x0, t, noise: path(x0, t, noise) - x0)


@mutant("The velocity is written as (x_t − x0) / t, which is 0 / 0 at t = 0: it is noise − x0 at any t")
def target_divided_by_t():
    return loss(target=lambda x0, t, noise: (path(x0, t, noise) - x0) / t[:, None, None])


@mutant("The target is the v of diffusion, a velocity on a circle: on the straight line it is noise − x0")
def target_is_v():
    def target(x0, t, noise):
        angle = t[:, None, None] * torch.pi / 2
        return angle.cos() * noise - angle.sin() * x0

    return loss(target=target)


@mutant("You take the network's output for an estimate of x0: it is the velocity itself")
def prediction_taken_for_x0():
    def flow_loss(model, x0, t, noise, mask):
        x_t = path(x0, t, noise)
        predicted = (x_t - model(x_t, t)) / t[:, None, None]
        return reduce((predicted - (noise - x0)) ** 2, mask)

    return flow_loss


@mutant("The network's output is multiplied by t: it is the velocity itself, compare it as it is")
def prediction_times_t():
    def flow_loss(model, x0, t, noise, mask):
        predicted = t[:, None, None] * model(path(x0, t, noise), t)
        return reduce((predicted - velocity(x0, t, noise)) ** 2, mask)

    return flow_loss


@mutant("The loss is weighed by t: here every time has the same weight")
def weighed_by_t():
    def flow_loss(model, x0, t, noise, mask):
        return t * loss()["flow_loss"](model, x0, t, noise, mask)

    return flow_loss


@mutant("The differences are not squared: the loss is the mean of *squared* differences")
def absolute():
    return loss(square=torch.abs)


@mutant("The root of the mean is returned: the loss is the mean of the squares itself")
def root():
    return loss(reduced=lambda error, mask: reduce(error, mask).sqrt())


@mutant("The loss is half the mean square: leave out the factor ½")
def halved():
    return loss(square=lambda error: error**2 / 2)


@mutant("Errors count up to a limit only: square them, however large they are")
def error_clipped():
    return loss(square=lambda error: error.clamp(-20, 20) ** 2)


@mutant("x0 is clipped to ±10: z-scored motions may go beyond, clip nothing")
def x0_clipped():
    return loss(target=lambda x0, t, noise: noise - x0.clamp(-10, 10))


# ------------------------------------------------------------------------------------------------------------
#                                                  The padding
# ------------------------------------------------------------------------------------------------------------


@mutant(
    "Padded frames count: an error in the padding makes a loss {found}× as large. Use `mask`, and divide by "
    "the number of real frames"
)
def no_mask():
    return loss(reduced=lambda error, mask: error.mean((1, 2)))


@mutant("You count the padding and leave out the motion: `mask` is True where frames are *real*")
def mask_inverted():
    return loss(reduced=lambda error, mask: (error.mean(-1) * ~mask).sum(-1) / (~mask).sum(-1).clamp(min=1))


@mutant("You divide by the real frames, but the sum above still holds the padded ones: mask the error first")
def only_divided_by_real():
    return loss(reduced=lambda error, mask: error.mean(-1).sum(-1) / mask.sum(-1))


@mutant(
    "The error is masked, but divided by all F frames: a motion of 1 frame in a batch of 6 has a loss of "
    "{found}, expected {expected}. Divide by the real frames"
)
def divided_by_all():
    return loss(reduced=lambda error, mask: (error.mean(-1) * mask).mean(-1))


@mutant(
    "Each sample is divided by the real frames of the whole batch: a motion of 1 frame has a loss of "
    "{found}, expected {expected}. Count the frames of each sample"
)
def divided_by_batch():
    return loss(reduced=lambda error, mask: (error.mean(-1) * mask).sum(-1) / mask.sum())


@mutant(
    "All samples have the same loss, a mean over the real frames of the whole batch: each sample has its own"
)
def one_mean_for_all():
    def flow_loss(model, x0, t, noise, mask):
        error = (model(path(x0, t, noise), t) - velocity(x0, t, noise)) ** 2
        return error[mask].mean().expand(len(x0))

    return flow_loss


@mutant("Features are summed: take the mean over D, or the loss grows with the width of a frame")
def features_summed():
    return loss(reduced=lambda error, mask: (error.sum(-1) * mask).sum(-1) / mask.sum(-1))


@mutant("Frames are summed: divide by the number of real frames, or long motions count more")
def frames_summed():
    return loss(reduced=lambda error, mask: (error.mean(-1) * mask).sum(-1))


@mutant("The first sample's mask is used for the whole batch: each sample has its own length")
def first_mask_for_all():
    return loss(reduced=lambda error, mask: reduce(error, mask[:1].expand_as(mask)))


@mutant("You return one number for the batch: return the loss of each sample, (B,)")
def mean_of_the_batch():
    return loss(reduced=lambda error, mask: reduce(error, mask).mean())


@mutant("`squeeze()` drops every axis of length 1: a batch of one sample must give (1,), not a number alone")
def squeezed():
    return loss(reduced=lambda error, mask: reduce(error, mask).squeeze())


# ------------------------------------------------------------------------------------------------------------
#                                      How the network is called; side effects
# ------------------------------------------------------------------------------------------------------------


@mutant("The network is called with names (x_t=, t=) that it need not have: write model(x_t, t)")
def called_by_name():
    return loss(call=lambda model, x_t, t: model(x_t=x_t, t=t))


@mutant("The network is called twice: call it once, and use its output twice if need be")
def called_twice():
    return loss(call=lambda model, x_t, t: (model(x_t, t) + model(x_t, t)) / 2)


@mutant("t is scaled before the network gets it: give it t as it is; the network's wrapper scales")
def t_scaled():
    return loss(call=lambda model, x_t, t: model(x_t, 1000 * t))


@mutant("t is made whole, so that it is 0 or 1: it is a float, leave it as it is")
def t_rounded():
    return loss(call=lambda model, x_t, t: model(x_t, t.long()))


@mutant("The network is given t shaped (B, 1, 1): that is for the line. The network gets t as it came, (B,)")
def t_with_axes():
    return loss(call=lambda model, x_t, t: model(x_t, t[:, None, None]))


@mutant("The network is given x_t as float64: it is float32, like its weights")
def x_t_as_double():
    return loss(call=lambda model, x_t, t: model(x_t.double(), t))


@mutant("No gradient reaches the network, it would learn nothing: leave out detach() and no_grad() here")
def detached():
    return loss(call=lambda model, x_t, t: model(x_t, t).detach())


@mutant("The gradient is that of the first sample alone: the loss of every sample reaches the network")
def gradient_of_the_first():
    def reduced(error, mask):
        found = reduce(error, mask)
        return torch.cat([found[:1], found[1:].detach()])

    return loss(reduced=reduced)


@mutant("The root of the squares is squared again: where the network errs by exactly 0, its gradient is nan")
def gradient_not_finite():
    return loss(reduced=lambda error, mask: reduce((error.mean(-1).sqrt() ** 2)[..., None], mask))


@mutant("x0 is overwritten by x_t (mul_, add_, +=): the caller still needs it. Work on a copy")
def overwrites_x0():
    def flow_loss(model, x0, t, noise, mask):
        target, time = noise - x0, t[:, None, None]
        x_t = x0.mul_(1 - time).add_(time * noise)
        return reduce((model(x_t, t) - target) ** 2, mask)

    return flow_loss


@mutant("`noise` is overwritten (sub_, -=): the caller still needs it. Work on a copy")
def overwrites_noise():
    def flow_loss(model, x0, t, noise, mask):
        x_t = path(x0, t, noise)
        noise -= x0
        return reduce((model(x_t, t) - noise) ** 2, mask)

    return flow_loss


@mutant("The network's output is overwritten (sub_, -=): training uses it once more. Work on a copy")
def overwrites_the_prediction():
    def flow_loss(model, x0, t, noise, mask):
        error = model(path(x0, t, noise), t)
        error -= noise - x0
        return reduce(error**2, mask)

    return flow_loss


@mutant("t is that of the call before: every batch has its own")
def remembers_t():
    memory = {}

    def flow_loss(model, x0, t, noise, mask):
        used, memory[t.shape] = memory.get(t.shape, t), t
        return reduce((model(path(x0, used, noise), t) - (noise - x0)) ** 2, mask)

    return flow_loss


@mutant("The mask is that of the call before: every batch has its own")
def remembers_the_mask():
    memory = {}

    def flow_loss(model, x0, t, noise, mask):
        used, memory[mask.shape] = memory.get(mask.shape, mask), mask
        return reduce((model(path(x0, t, noise), t) - (noise - x0)) ** 2, used)

    return flow_loss


@mutant("Each sum is divided by the frames of the longest motion of the batch: divide by the motion's own")
def divided_by_the_longest():
    return loss(reduced=lambda error, mask: (error.mean(-1) * mask).sum(-1) / mask.sum(-1).max())


@mutant(
    "The length of each frame's error is averaged, without a square: the loss is the mean *squared* error"
)
def norm_not_squared():
    def reduced(error, mask):
        return (error.norm(dim=-1) * mask).sum(-1) / mask.sum(-1)

    return loss(square=lambda error: error, reduced=reduced)


@mutant("x_t is clipped to ±5: noisy motions exceed it, clip nothing")
def x_t_clipped_at_5():
    return loss(x_t=lambda x0, t, noise: path(x0, t, noise).clamp(-5, 5))


@mutant("x0 is clipped to ±5 on its way into x_t: z-scored motions exceed it, clip nothing")
def x0_clipped_in_x_t():
    return loss(x_t=lambda x0, t, noise: path(x0.clamp(-5, 5), t, noise))
