"""Wrong answers to Code 18."""

import torch

from grading.bank import mutant


def length(t, t_next):
    """Of the step, as it should be."""
    return (t_next - t)[:, None, None]


def stepped(step):
    """euler_step that returns step(x_t, velocity at x_t, length, t, t_next)."""

    def euler_step(velocity, x_t, t, t_next):
        return step(x_t, velocity(x_t, t), length(t, t_next), t, t_next)

    return {"euler_step": euler_step}


def asked(ask):
    """euler_step whose velocity is ask(velocity, x_t, t, t_next)."""

    def euler_step(velocity, x_t, t, t_next):
        return x_t + length(t, t_next) * ask(velocity, x_t, t, t_next)

    return {"euler_step": euler_step}


# ------------------------------------------------------------------------------------------------------------
#                                                 Euler's step
# ------------------------------------------------------------------------------------------------------------


@mutant("The step goes the wrong way: its length is t_next − t, which is negative from noise to data")
def wrong_sign():
    return stepped(lambda x, v, h, t, t_next: x - h * v)


@mutant("Every step goes backwards: its length is t_next − t, also where t_next is larger than t")
def always_backwards():
    return stepped(lambda x, v, h, t, t_next: x - h.abs() * v)


@mutant("The velocity is added as it is: multiply it by the length of the step, t_next − t")
def no_length():
    return stepped(lambda x, v, h, t, t_next: x + v)


@mutant("The velocity is taken away as it is: multiply it by the length of the step, t_next − t")
def no_length_backwards():
    return stepped(lambda x, v, h, t, t_next: x - v)


@mutant("Only the movement is returned: add it to x_t")
def only_the_movement():
    return stepped(lambda x, v, h, t, t_next: h * v)


@mutant("The velocity itself is returned: move x_t by (t_next − t) · velocity")
def only_the_velocity():
    return stepped(lambda x, v, h, t, t_next: v)


@mutant("You go all the way to t = 0 in one step: that is the estimate of x0. Go to t_next")
def all_the_way():
    return stepped(lambda x, v, h, t, t_next: x - t[:, None, None] * v)


@mutant("The length of the step is t_next: it is the difference of the two times, t_next − t")
def length_is_t_next():
    return stepped(lambda x, v, h, t, t_next: x + t_next[:, None, None] * v)


@mutant("All samples take the first one's step: each has its own t and t_next")
def first_length_for_all():
    return stepped(lambda x, v, h, t, t_next: x + h[:1] * v)


@mutant("All samples take a step of the same mean length: each has its own t and t_next")
def mean_length():
    return stepped(lambda x, v, h, t, t_next: x + h.mean() * v)


@mutant("Steps have a fixed length: the times come with the call, t_next − t")
def fixed_length():
    return stepped(lambda x, v, h, t, t_next: x - 0.05 * v)


@mutant("x_t is scaled by t_next / t: the step adds to x_t as it is, and changes nothing else")
def state_scaled():
    return stepped(lambda x, v, h, t, t_next: (t_next / t)[:, None, None] * x + h * v)


@mutant(
    "You take the root of the step's length, which is a factor of random noise: here it is t_next − t itself"
)
def root_of_the_length():
    return stepped(lambda x, v, h, t, t_next: x - h.abs().sqrt() * v)


@mutant("Fresh noise is added: the equation is deterministic, a step adds none")
def adds_noise():
    return stepped(lambda x, v, h, t, t_next: x + h * v + 0.1 * torch.randn_like(x))


@mutant("The result is clipped: that is for images. Motions are z-scored and go well beyond ±5")
def clipped():
    return stepped(lambda x, v, h, t, t_next: (x + h * v).clamp(-5, 5))


@mutant("`squeeze()` drops every axis of length 1: the result has the shape of x_t")
def squeezed():
    return stepped(lambda x, v, h, t, t_next: (x + h * v).squeeze())


@mutant("The step is computed in bfloat16, which has three decimal digits: stay in float32")
def half_precision():
    return stepped(lambda x, v, h, t, t_next: (x + h * v).bfloat16().float())


@mutant("The result is float64: it has the dtype of x_t, float32, which the next call of the network needs")
def double():
    return stepped(lambda x, v, h, t, t_next: x + h.double() * v)


@mutant("The velocity is asked for at t_next: Euler's step uses the one where it starts, at t")
def velocity_at_the_end():
    return asked(lambda velocity, x, t, t_next: velocity(x, t_next))


@mutant("The velocity is asked for at 1 − t: the function takes the course's t, which is 1 at noise")
def velocity_at_reversed_time():
    return asked(lambda velocity, x, t, t_next: velocity(x, 1 - t))


@mutant("The velocity is asked for at 1000 · t: give it t as it is, a network's wrapper scales")
def t_scaled():
    return asked(lambda velocity, x, t, t_next: velocity(x, 1000 * t))


@mutant("The velocity is asked for at the first sample's t: each sample has its own")
def velocity_at_first_t():
    return asked(lambda velocity, x, t, t_next: velocity(x, t[:1].expand_as(t)))


@mutant("The velocity gets t shaped (B, 1, 1): that is for the product. Give it t as it came, (B,)")
def t_with_axes():
    return asked(lambda velocity, x, t, t_next: velocity(x, t[:, None, None]))


@mutant("The velocity is asked for with names (x_t=, t=) that it need not have: write velocity(x_t, t)")
def called_by_name():
    return asked(lambda velocity, x, t, t_next: velocity(x_t=x, t=t))


@mutant("The velocity is asked for twice: a call of the network costs time, keep its result")
def called_twice():
    return asked(lambda velocity, x, t, t_next: (velocity(x, t) + velocity(x, t)) / 2)


@mutant("That is Heun's step, with two calls of the velocity: Euler's uses only the velocity at x_t")
def heun_for_euler():
    def euler_step(velocity, x_t, t, t_next):
        h, first = length(t, t_next), velocity(x_t, t)
        return x_t + h * (first + velocity(x_t + h * first, t_next)) / 2

    return euler_step


@mutant("x_t is overwritten (add_, +=): callers keep it. Write x_t + …")
def overwrites_x_t():
    return stepped(lambda x, v, h, t, t_next: x.add_(h * v))


@mutant("t_next is overwritten (sub_, -=): callers keep it. Write t_next - t")
def overwrites_t_next():
    return stepped(lambda x, v, h, t, t_next: x + t_next.sub_(t)[:, None, None] * v)


@mutant("The velocity is overwritten (mul_, *=): its owner may still need it. Write length * velocity")
def overwrites_the_velocity():
    return stepped(lambda x, v, h, t, t_next: x + v.mul_(h))


@mutant("The length of the step is that of the call before: compute it anew in every call")
def remembers_the_length():
    memory = {}

    def euler_step(velocity, x_t, t, t_next):
        now = length(t, t_next)
        h, memory[x_t.shape] = memory.get(x_t.shape, now), now
        return x_t + h * velocity(x_t, t)

    return euler_step


@mutant("The velocity is that of the call before (two-step methods do that): ask for it anew in every call")
def remembers_the_velocity():
    memory = {}

    def euler_step(velocity, x_t, t, t_next):
        now = velocity(x_t, t)
        v, memory[x_t.shape] = memory.get(x_t.shape, now), now
        return x_t + length(t, t_next) * v

    return euler_step


# ------------------------------------------------------------------------------------------------------------
#                                                 Heun's step
# ------------------------------------------------------------------------------------------------------------


def corrected(correct, last=lambda t_next: (t_next == 0).all()):
    """heun_step that returns correct(velocity, x_t, first, h, t, t_next), and Euler's where last(t_next)."""

    def heun_step(velocity, x_t, t, t_next):
        h, first = length(t, t_next), velocity(x_t, t)
        if last(t_next):
            return x_t + h * first
        return correct(velocity, x_t, first, h, t, t_next)

    return {"heun_step": heun_step}


def mean(velocity, x, first, h, t, t_next):
    """The step as it should be."""
    return x + h * (first + velocity(x + h * first, t_next)) / 2


@mutant("Your Heun's step is Euler's: ask for the velocity again where that leads, and take the mean")
def euler_for_heun():
    return corrected(lambda velocity, x, first, h, t, t_next: x + h * first)


@mutant("In Heun's step the velocities are added: take their mean, or the step is twice as long")
def sum_of_velocities():
    return corrected(lambda velocity, x, v, h, t, t_next: x + h * (v + velocity(x + h * v, t_next)))


@mutant("Heun's step uses the second velocity alone: take the mean of both")
def second_velocity_alone():
    return corrected(lambda velocity, x, v, h, t, t_next: x + h * velocity(x + h * v, t_next))


@mutant("That is the midpoint method: Heun's asks at the end of Euler's step, and takes the mean")
def midpoint():
    return corrected(lambda velocity, x, v, h, t, t_next: x + h * velocity(x + h * v / 2, (t + t_next) / 2))


@mutant("Those are two Euler steps of half the length: Heun's is one step from x_t, along the mean velocity")
def two_half_steps():
    def correct(velocity, x, v, h, t, t_next):
        half = x + h * v / 2
        return half + h * velocity(half, (t + t_next) / 2) / 2

    return corrected(correct)


@mutant("Heun's second velocity is asked for at x_t: its place is where Euler's step leads")
def second_velocity_at_x_t():
    return corrected(lambda velocity, x, v, h, t, t_next: x + h * (v + velocity(x, t_next)) / 2)


@mutant("Heun's second velocity is asked for at t: its time is t_next")
def second_velocity_at_t():
    return corrected(lambda velocity, x, v, h, t, t_next: x + h * (v + velocity(x + h * v, t)) / 2)


@mutant("Heun's step starts where Euler's leads: it starts from x_t, along the mean velocity")
def from_the_end():
    return corrected(lambda velocity, x, v, h, t, t_next: mean(velocity, x, v, h, t, t_next) + h * v)


@mutant("Heun's last step asks for the velocity at t = 0, where it may be 0 / 0: it is Euler's step")
def no_exception_at_0():
    return corrected(mean, last=lambda t_next: False)


@mutant("A step from data to noise that ends at t_next = 1 is Euler's: the exception is for t_next = 0 alone")
def last_at_both_ends():
    return corrected(mean, lambda t_next: ((t_next == 0) | (t_next == 1)).all())


@mutant("A step that ends near 0 is taken for the last one: that is the step to t_next = 0")
def last_near_zero():
    return corrected(mean, lambda t_next: (t_next < 0.01).all())


@mutant(
    "One sample at t_next = 0 makes the step Euler's for the whole batch (.any()): the others take Heun's"
)
def any_last_for_all():
    return corrected(mean, last=lambda t_next: (t_next == 0).any())


@mutant(
    "The first sample decides whether the step is Euler's, t_next[0] == 0: the others have their own t_next"
)
def first_last_for_all():
    return corrected(mean, last=lambda t_next: t_next[0] == 0)


@mutant(
    "Heun's step goes backwards whatever t_next is: its length is t_next − t, positive from data to noise"
)
def heun_always_backwards():
    return corrected(lambda velocity, x, v, h, t, t_next: mean(velocity, x, v, -h.abs(), t, t_next))


@mutant("The result of Heun's step is clipped: that is for images. Motions are z-scored and go beyond ±5")
def heun_clipped():
    return corrected(lambda velocity, x, v, h, t, t_next: mean(velocity, x, v, h, t, t_next).clamp(-5, 5))


@mutant("Heun's step overwrites x_t (add_, +=): it needs x_t again, and so do callers")
def heun_overwrites_x_t():
    def heun_step(velocity, x_t, t, t_next):
        h, start = length(t, t_next), x_t.clone()
        first = velocity(x_t, t)
        x_t += h * first
        return x_t if (t_next == 0).all() else start + h * (first + velocity(x_t, t_next)) / 2

    return heun_step


@mutant("Only the second velocity is halved, v + v′ / 2: the mean is (v + v′) / 2")
def only_the_second_halved():
    return corrected(lambda velocity, x, v, h, t, t_next: x + h * (v + velocity(x + h * v, t_next) / 2))


@mutant("Only the first velocity is halved, v / 2 + v′: the mean is (v + v′) / 2")
def only_the_first_halved():
    return corrected(lambda velocity, x, v, h, t, t_next: x + h * (v / 2 + velocity(x + h * v, t_next)))


@mutant(
    "x_t itself moves to the end of Euler's step (+=, or a second name for the same tensor), so Heun's step "
    "starts there. Write x_next = x_t + …"
)
def x_t_moved_in_place():
    def step(velocity, x, v, h, t, t_next):
        x += h * v
        return x + h * (v + velocity(x, t_next)) / 2

    return corrected(step)


@mutant("The output of `velocity` is taken for clean motion, (x_t − output) / t: it is the velocity already")
def velocity_taken_for_x0():
    def step(x, out, h, t, t_next):
        return x + h * (x - out) / t[:, None, None]

    return stepped(step)


@mutant("Heun's step is computed in float64: x_t is float32, and so is its result")
def heun_in_double():
    return corrected(lambda velocity, x, v, h, t, t_next: mean(velocity, x, v, h, t, t_next).double())


@mutant("Heun's second velocity is asked for with float64: the network's weights are float32")
def second_velocity_in_double():
    def step(velocity, x, v, h, t, t_next):
        return x + h * (v + velocity((x + h * v).double(), t_next).float()) / 2

    return corrected(step)


@mutant("Heun's second velocity is asked for with t_next shaped (B, 1, 1): it has one number a sample, (B,)")
def second_time_with_axes():
    def step(velocity, x, v, h, t, t_next):
        return x + h * (v + velocity(x + h * v, t_next[:, None, None])) / 2

    return corrected(step)
