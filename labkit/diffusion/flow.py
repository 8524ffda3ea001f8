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
    """Conditional flow-matching loss → (B,), one loss per sample.

    Lipman et al. 2023, eq. 23 with σ_min = 0; Liu et al. 2023, eq. 1. Here t = 0 is data and t = 1 is noise:
    x_t lies on the straight line x_t = (1 − t) · x0 + t · noise. The target is the velocity of x_t,
    dx_t / dt.

    model: call it exactly once, with positional arguments, as model(x_t, t), with x_t (B, F, D) and t
    unchanged. It returns the predicted velocity (B, F, D).
    x0: clean motion (B, F, D), z-scored. t: (B,) float32, one time per sample, 0 to 1.
    noise: (B, F, D), standard normal, already sampled: use it unchanged.
    mask: (B, F) bool, True at real frames, at least one per sample. The loss is the mean squared error over
    the real frames and over D, as in `ddpm_loss`: it depends neither on the values nor on the number of
    padded frames.
    x0, x_t and the velocity may have any magnitude: clip nothing. All but mask are float32 on one device. Do
    not change the arguments or the network's output in place.
    """
    # TODO (Code 17): here, or in notebooks/06_flows.ipynb
    raise NotImplementedError


@stub("code18")
def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    """One Euler step x_t → x_{t_next} of the equation dx_t / dt = velocity(x_t, t) → (B, F, D).

    velocity: call it exactly once, with positional arguments, as velocity(x_t, t) → (B, F, D).
    x_t: (B, F, D) float32, of any magnitude. t, t_next: (B,) float32, 0 to 1, one pair per sample, on the
    device of x_t.
    Sampling goes from t = 1 (noise) to 0 (data), so t_next < t. With t_next > t the same step goes towards
    noise. Do not change the arguments in place.
    """
    # TODO (Code 18): here, or in notebooks/06_flows.ipynb
    raise NotImplementedError


@stub("code18")
def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    """One step x_t → x_{t_next} of Heun's method, Karras et al. 2022, alg. 1, lines 4 to 8 → (B, F, D).

    The velocity is evaluated twice: at x_t, and at the point x_{t_next} that Euler's step reaches. The step
    from x_t uses the mean of the two. The last step, t_next = 0 for all samples, is Euler's, with one
    evaluation: a velocity computed from an estimate of x0, (x_t − x̂0) / t, is 0 / 0 at t = 0. Where
    t_next = 0 for some samples only, the others take Heun's step.
    Arguments as in `euler_step`.
    """
    # TODO (Code 18): here, or in notebooks/06_flows.ipynb
    raise NotImplementedError
