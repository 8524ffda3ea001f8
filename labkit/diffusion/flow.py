"""Flow matching: the loss, and the solvers' steps of its differential equation.

Time runs as in diffusion, t = 0 is data and t = 1 is noise, so that both can be compared:

    x_t = (1 − t) x0 + t ε    dx_t / dt = v(x_t, t)

Lipman et al. 2023 and Liu et al. 2023 count the other way: their t is 1 − t here, and their velocity has the
opposite sign. v is the velocity that a network predicts, not the v of `Schedule`.
Letters: B batch, F frames, D features.
"""

from collections.abc import Callable

from torch import Tensor

from labkit.stubs import stub


@stub("code17")
def flow_loss(
    model: Callable[[Tensor, Tensor], Tensor], x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor
) -> Tensor:
    """Conditional flow-matching loss → (B,), one loss a sample.

    Lipman et al. 2023, eq. 23 with σ_min = 0; Liu et al. 2023, eq. 1. Here t = 0 is data and t = 1 is noise:
    x_t lies on the straight line from x0 to the noise, x_t = (1 − t) · x0 + t · noise, and the target is the
    velocity of this point, dx_t / dt.

    model: call it once, as model(x_t, t), by position, with x_t (B, F, D) and t as it is → velocity, alike.
    x0: clean motion (B, F, D), z-scored, of any size. t: (B,) float32, 0 to 1, a time for each sample.
    noise: (B, F, D), standard normal, already sampled: use this one.
    mask: (B, F) bool, True at real frames. As in `ddpm_loss`, the squared error is a mean over the real
    frames and over D: neither padded frames nor their number change it.
    x_t, the velocity and the loss are float32 on one device. Leave the arguments and the network's output as
    they are.
    """
    # TODO (Code 17): here, or in notebooks/06_flows.ipynb
    raise NotImplementedError


@stub("code18")
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    """x_t → x_{t_next}, one Euler step of the equation dx_t / dt = velocity(x_t, t) → (B, F, D).

    velocity: call it once, as velocity(x_t, t), by position → (B, F, D).
    x_t: (B, F, D), float32. t, t_next: (B,) float32, 0 to 1, of each sample its own, on the device of x_t.
    Sampling goes from 1 (noise) to 0 (data), so t_next < t; with t_next > t the same step goes from data to
    noise. Leave the arguments as they are.
    """
    # TODO (Code 18): here, or in notebooks/06_flows.ipynb
    raise NotImplementedError


@stub("code18")
def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    """x_t → x_{t_next}, one step of Heun's method: Karras et al. 2022, alg. 1, lines 4 to 8 → (B, F, D).

    The velocity is called twice: at x_t, and at the point x_{t_next} to which Euler's step leads. The step
    goes along the mean of the two, from x_t. The last step, t_next = 0 for all samples, is Euler's, with one
    call: where a velocity comes from an estimate of x0, as (x_t − x̂0) / t, it is 0 / 0 at t = 0. Where t_next
    is 0 for some samples only, the others take Heun's step.
    Arguments as in `euler_step`.
    """
    # TODO (Code 18): here, or in notebooks/06_flows.ipynb
    raise NotImplementedError
