"""For probes of both samplers' steps: batches in which each sample has its own t and t_prev."""

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
LAST = ((0, -1), (5, -1), (60, -1))


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
    def sample(
        cls,
        inputs: Inputs,
        rows: Sequence[tuple[int, int]] = ((60, 59),) * B,
        schedule: Schedule | None = None,
        size: Tensor | float = 1.0,
        noise: float = 1.0,
        shape: tuple[int, int] = (F, D),
        **options,
    ) -> "Step":
        """Random inputs. rows: t and t_prev of each sample. size, noise: factors of the network's in- and
        output, and of the noise. shape: F and D."""
        prediction, x_t, z = (inputs.normal(len(rows), *shape) for _ in range(3))
        t, t_prev = torch.tensor(rows).T
        given = schedule or Schedule(100), size * prediction, size * x_t, t.clone(), t_prev.clone(), noise * z
        return cls(*given, options)

    def run(self, function: Callable) -> Tensor:
        return function(
            self.schedule, self.prediction, self.x_t, self.t, self.t_prev, self.noise, **self.options
        )

    def example(self, at: tuple[int, ...]) -> str:
        """The inputs of one number of the result, as text."""
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
    requirement: str,
    measure: tuple[str, Callable] | None = None,
) -> Callable[[Callable[[Inputs], Sequence[Step]]], Probe]:
    """Decorator: make a probe of a function that returns calls. Its outcome is their stacked results."""

    def make(calls: Callable[[Inputs], Sequence[Step]]) -> Probe:
        def ask(inputs: Inputs) -> Tensor:
            return torch.stack([call.run(function) for call in calls(inputs)])

        def example(inputs: Inputs, at: tuple[int, ...]) -> str:
            return calls(inputs)[at[0]].example(at[1:])

        def terms(inputs: Inputs, sample: tuple[int, ...]) -> dict[str, Tensor]:
            call, b = calls(inputs)[sample[0]], sample[1]
            return {"x_t": call.x_t[b], "prediction": call.prediction[b], "noise": call.noise[b]}

        return Probe(calls.__name__, ask, points, requirement, measure, 1e-3, example, terms=terms)

    return make


def small_batches(inputs: Inputs, function: Callable, **options) -> Tensor | str:
    """The results for one sample, one frame, one feature, and B = F = D, flattened and concatenated. Where a
    shape is wrong, a description of it instead."""
    found = []
    for rows, shape in ((1, (F, D)), (B, (1, D)), (B, (F, 1)), (1, (1, 1)), (B, (B, B))):
        step = Step.sample(inputs, ROWS[0][-rows:], shape=shape, **options)
        result = step.run(function)
        if result.shape != step.x_t.shape:
            return f"{describe(result)} for x_t of shape {tuple(step.x_t.shape)}"
        found.append(result.flatten())
    return torch.cat(found)


def noise_used(step: Step, result: Tensor) -> str:
    """Which sample's noise was added to each sample of a step whose result is that noise alone, times one
    number: "sample 0: its own, sample 1: that of sample 0". The sign of the noise does not matter.
    """
    if result.shape != step.noise.shape:
        return describe(result)
    added, given = result.flatten(1).double(), step.noise.flatten(1).double()
    alike = torch.cosine_similarity(added[:, None], given[None], dim=-1).abs() > 0.999

    def whose(b: int) -> str:
        if not added[b].isfinite().all():
            return "nan or infinity"
        if alike[b, b] or not alike[b].any():
            return "its own" if alike[b, b] else "another" if added[b].any() else "none"
        return f"that of sample {int(alike[b].nonzero()[0])}"

    return ", ".join(f"sample {b}: {whose(b)}" for b in range(len(added)))
