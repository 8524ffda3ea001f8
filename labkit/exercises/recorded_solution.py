"""Recorded solutions: what keeps a notebook running whose earlier exercises were solved in another kernel.

It is a list of the reference's steps ("layer norm1 of block 0, on value 3"), played again on the layers of a
network, with its own weights; for Code 10, steps of torch with the same result. It is data, not code, and can
call only what is listed below. Checks do not count it: it is not a student's work.
"""

import inspect
import json
import operator
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.nn import functional

from labkit.metrics.features import as_pair
from labkit.paths import LabError
from labkit.stubs import EmptyExercise, find, graded, stubs
from labkit.text import TextFeatures

DEPTH = 4  # blocks of a network that is recorded: those of the shipped weights
RECORDED = ("code3", "code4", "code5", "code6", "code7", "code8", "code10", "code14")
FUNCTIONS: dict[str, Callable] = {
    f.__name__: f
    for f in (
        operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.neg,
        operator.getitem, operator.matmul, torch.cat, torch.stack, torch.ones_like, torch.linalg.svdvals,
        functional.silu,
    )
}  # fmt: skip
METHODS = ("chunk", "clamp", "expand", "mean", "size", "sqrt", "sum", "transpose")  # of tensors


def filled(a: Any, values: dict[str, Any]) -> Any:
    """An argument as a recording writes it, with the values that it names."""
    if isinstance(a, list):
        return tuple(filled(each, values) for each in a)
    if isinstance(a, dict):
        return values[a["value"]] if "value" in a else slice(*filled(a["slice"], values))
    return a


def named(a: Any) -> Iterator[str]:
    """The values that an argument of a recording names."""
    if isinstance(a, list):
        for each in a:
            yield from named(each)
    elif isinstance(a, dict):
        yield from [a["value"]] if "value" in a else named(list(a.values()))


def play(steps: list, values: dict[str, Any], module: nn.Module | None = None) -> Any:
    """Do the steps of a recording: each is [name of its value, kind, what, arguments, keywords] → the output.

    values: the inputs by name; a value is dropped after the last step that names it. module: the network
    whose layers the recording names. Raises ValueError for a recording without an output.
    """
    values = dict(values)
    last = {name: i for i, step in enumerate(steps) for name in named(list(step[3:]))}
    for i, (name, kind, what, arguments, keywords) in enumerate(steps):
        given, options = filled(arguments, values), {k: filled(v, values) for k, v in keywords.items()}
        for used in named([arguments, keywords]):
            if last[used] == i:
                values.pop(used, None)
        if kind == "output":
            return given[0]
        if kind == "layer":
            values[name] = module.get_submodule(what)(*given, **options)
        elif kind == "method" and what in METHODS:
            values[name] = getattr(given[0], what)(*given[1:], **options)
        else:
            values[name] = FUNCTIONS[what](*given, **options)
        del given, options
    raise ValueError("a recording without an output")


_silent: set[str] = set()


@contextmanager
def silenced(exercise: str) -> Iterator[None]:
    """In this context the exercise's recorded solution does nothing: a check judges what was written."""
    _silent.add(exercise)
    try:
        yield
    finally:
        _silent.discard(exercise)


@cache
def recording(exercise: str) -> dict[str, list]:
    """The steps of every function of an exercise."""
    packed = files("labkit.exercises") / "recorded_solutions" / f"{exercise}.json.z"
    return json.loads(zlib.decompress(packed.read_bytes()))


class RecordedSolution:
    """A function made of a recording. As a method it is plugged in by `use_recorded_solution`."""

    recorded = True

    def __init__(self, exercise: str, name: str):
        self.exercise, self.__name__ = exercise, name
        self.steps = recording(exercise)[name]

    def __call__(self, /, *arguments, **keywords) -> object:
        """Takes what the exercise's own function takes, by position or by name."""
        (entry,) = (e for e in stubs(self.exercise) if e.name == self.__name__)
        if self.exercise in _silent:
            words = f"{find(self.exercise).title}: a recorded solution is plugged in, not yours"
            raise EmptyExercise(words + entry.elsewhere())
        try:
            given = inspect.signature(entry.own).bind(*arguments, **keywords)
        except TypeError as error:  # as Python words it for a function: with the function's name
            raise TypeError(f"{self.__name__}(): {error}") from None
        given.apply_defaults()
        if self.__name__ == "ddpm_loss":
            return self.loss(**given.arguments)
        if self.__name__ == "guided":
            return self.guidance(**given.arguments)
        if self.__name__ == "frechet_distance":
            return self.distance(**given.arguments)
        if "self" in given.arguments:
            return self.method(given.arguments.pop("self"), given.arguments)
        return self.step(**given.arguments)

    def method(self, network: nn.Module, given: dict[str, Any]) -> object:
        """cond_mapping, backbone and output_projection of a network. given: the other arguments, by name.

        Raises LabError for a network that has not DEPTH blocks.
        """
        if len(network.blocks) != DEPTH:
            raise LabError(f"recorded solutions play networks of {DEPTH} blocks, not {len(network.blocks)}")
        return play(self.steps, given | conditions(given.get("condition")), network)

    def step(
        self, schedule, prediction: Tensor, x_t: Tensor, t: Tensor, t_prev: Tensor, noise: Tensor, eta=0.0
    ) -> object:
        """One step of a sampler: what it needs of the schedule is asked for here."""
        values = dict(zip(("x0", "epsilon"), schedule.split(prediction, x_t, t)))
        values |= dict(a_t=schedule.alpha_bar(t), a_prev=schedule.alpha_bar(t_prev))
        values |= dict(x_t=x_t, noise=noise, eta=eta)
        return play(self.steps, values)

    def loss(self, model, schedule, x0: Tensor, t: Tensor, noise: Tensor, mask: Tensor) -> object:
        """What the recording makes of a prediction and of what it should have been."""
        values = dict(prediction=model(schedule.q_sample(x0, t, noise), t), mask=mask)
        return play(self.steps, values | dict(target=schedule.target(x0, noise, t)))

    def guidance(
        self, network, x: Tensor, t: Tensor, text: TextFeatures, mask: Tensor, guidance_scale: float
    ) -> object:
        """The two predictions, made here in one batch, and what the recording makes of them."""
        B = len(x)
        if guidance_scale in (0, 1):
            return network(x, t, text, mask, torch.full((B,), guidance_scale == 0, device=x.device))
        drop = torch.arange(2 * B, device=x.device) >= B  # (2B,)
        twice = x.repeat(2, 1, 1), t.repeat(2), TextFeatures.cat([text] * 2), mask.repeat(2, 1)
        with_text, without = network(*twice, drop).split(B)  # (B, F, D) each
        return play(self.steps, dict(with_text=with_text, without=without, guidance_scale=guidance_scale))

    def distance(self, a: ArrayLike, b: ArrayLike) -> float:
        """Of two sets of features (N, D) and (M, D), which are checked here."""
        a, b = map(torch.from_numpy, as_pair(a, b, ("a", "b"), at_least=2))
        return max(float(play(self.steps, dict(a=a, b=b))), 0.0)  # rounding can leave -1e-15


def conditions(condition: object) -> dict[str, object]:
    """The fields of a `models.Condition` under names of their own; none of anything else."""
    return vars(condition) if hasattr(condition, "pooled") else {}


def use_recorded_solution(*exercises: str) -> None:
    """Use recorded solutions for functions that are still empty; functions that are written stay in use.

    exercises: names in RECORDED. Raises LabError for others.
    """
    for name in exercises:
        if name not in RECORDED:
            raise LabError(f"{find(name).title} has no recorded solution: nothing later depends on it")
        if graded() and not (files("labkit.exercises") / "recorded_solutions" / f"{name}.json.z").is_file():
            print(f"{find(name).title}: no recorded solution is used where the exercise itself is graded.")
            continue
        for entry in stubs(name):
            if entry.untouched:
                entry.plugged = RecordedSolution(name, entry.name)
