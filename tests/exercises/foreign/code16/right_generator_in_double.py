# right: a generator yields the inputs of the steps, noised in float64 and back
from collections.abc import Callable

from torch import Tensor

from labkit.diffusion import Schedule
import labkit


@labkit.exercise(labkit.diffusion.resampled_step)
def resampled_step(
    schedule: Schedule,
    step: Callable[[Tensor], Tensor],
    x_t: Tensor,
    t: Tensor,
    t_prev: Tensor,
    noise: Tensor,
) -> Tensor:
    ratio = (schedule.alpha_bar(t) / schedule.alpha_bar(t_prev)).double()
    last = bool((t_prev == -1).all())
    x = x_t

    def inputs():
        yield x_t
        for fresh in noise[: 0 if last else len(noise)].double():
            yield (ratio.sqrt() * x.double() + (1 - ratio).sqrt() * fresh).to(x_t.dtype)

    for state in inputs():
        x = step(state)
    return x
