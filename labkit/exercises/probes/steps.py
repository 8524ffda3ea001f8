"""For probes of the two samplers' steps: batches whose samples are at steps of their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from labkit.diffusion import Schedule
from labkit.exercises.probe import Inputs, Probe, describe

B, F, D = 3, 4, 2
ROWS = (
    ((20, 19), (50, 10), (80, -1)),
    ((5, -1), (90, 60), (40, 39)),
)  # (t, t_prev) of each sample, two batches


@dataclass(frozen=True)
class Step:
    """The arguments of one call; `options` are given by name."""

    schedule: Schedule
    prediction: Tensor
    x_t: Tensor
    t: Tensor
    t_prev: Tensor
    noise: Tensor
    options: dict = field(default_factory=dict)

    @classmethod
    def draw(
        cls,
        draw: Inputs,
        rows: Sequence[tuple[int, int]] = ((60, 59),) * B,
        schedule: Schedule | None = None,
        size: Tensor | float = 1.0,
        noise: float = 1.0,
        shape: tuple[int, int] = (F, D),
        **options,
    ) -> "Step":
        """Random inputs. rows: t and t_prev of each sample. size, noise: factors of the network's in- and
        output, and of the noise. shape: F and D."""
        prediction, x_t, z = (draw.normal(len(rows), *shape) for _ in range(3))
        t, t_prev = torch.tensor(rows).T
        given = schedule or Schedule(100), size * prediction, size * x_t, t.clone(), t_prev.clone(), noise * z
        return cls(*given, options)

    def run(self, function: Callable) -> Tensor:
        return function(
            self.schedule, self.prediction, self.x_t, self.t, self.t_prev, self.noise, **self.options
        )

    def example(self, at: tuple[int, ...]) -> str:
        """What one number of the result was computed from."""
        config, b = self.schedule.config, at[0]
        options = "".join(f", {name} = {value:g}" for name, value in self.options.items())
        return (
            f'With Schedule({config["T"]}, "{config["kind"]}", "{config["prediction_type"]}"), '
            f"t = {int(self.t[b])}, t_prev = {int(self.t_prev[b])}{options}, x_t = {self.x_t[at]:.4g}, "
            f"prediction = {self.prediction[at]:.4g} and noise = {self.noise[at]:.4g}"
        )


def of_steps(
    function: Callable,
    points: float,
    says: str,
    measure: tuple[str, Callable] | None = None,
) -> Callable[[Callable[[Inputs], Sequence[Step]]], Probe]:
    """Make a probe of a function that gives calls: its outcome is their results, one after the other."""

    def make(calls: Callable[[Inputs], Sequence[Step]]) -> Probe:
        def ask(draw: Inputs) -> Tensor:
            return torch.stack([call.run(function) for call in calls(draw)])

        def example(draw: Inputs, at: tuple[int, ...]) -> str:
            return calls(draw)[at[0]].example(at[1:])

        return Probe(calls.__name__, ask, points, says, measure, 1e-3, example)

    return make


def small_batches(draw: Inputs, function: Callable, **options) -> Tensor | str:
    """The results for one sample, one frame, one feature, and as many of all, end to end; another shape in
    words."""
    found = []
    for rows, shape in ((1, (F, D)), (B, (1, D)), (B, (F, 1)), (1, (1, 1)), (B, (B, B))):
        step = Step.draw(draw, ROWS[0][-rows:], shape=shape, **options)
        result = step.run(function)
        if result.shape != step.x_t.shape:
            return f"{describe(result)} for x_t of shape {tuple(step.x_t.shape)}"
        found.append(result.flatten())
    return torch.cat(found)
