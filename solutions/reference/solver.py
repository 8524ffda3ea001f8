from collections.abc import Callable

from torch import Tensor


def euler_step(
    velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor
) -> Tensor:
    """x_t → x_{t_next}, one Euler step of the equation dx_t / dt = velocity(x_t, t) → (B, F, D).

    velocity: call it once, as velocity(x_t, t), by position → (B, F, D).
    x_t: (B, F, D), float32. t, t_next: (B,) float32, 0 to 1, of each sample its own, on the device of x_t.
    Sampling goes from 1 (noise) to 0 (data), so t_next < t; with t_next > t the same step goes from data to
    noise. Leave the arguments as they are.
    """
    return x_t + (t_next - t)[:, None, None] * velocity(x_t, t)


def heun_step(velocity: Callable[[Tensor, Tensor], Tensor], x_t: Tensor, t: Tensor, t_next: Tensor) -> Tensor:
    """x_t → x_{t_next}, one step of Heun's method: Karras et al. 2022, alg. 1, lines 4 to 8 → (B, F, D).

    The velocity is called twice: at x_t, and at the point x_{t_next} to which Euler's step leads. The step
    goes along the mean of the two, from x_t. The last step, t_next = 0 for all samples, is Euler's, with one
    call: where a velocity comes from an estimate of x0, as (x_t − x̂0) / t, it is 0 / 0 at t = 0. Where t_next
    is 0 for some samples only, the others take Heun's step.
    Arguments as in `euler_step`.
    """
    length = (t_next - t)[:, None, None]
    first = velocity(x_t, t)
    x_next = x_t + length * first
    if (t_next == 0).all():
        return x_next
    return x_t + length * (first + velocity(x_next, t_next)) / 2
