"""Probes: small functions that call a learner's code on fixed inputs and return plain arrays.

A probe calls labkit's (that is, the learner's) code on its own inputs and returns an array, or a text such as
a shape. It compares nothing: `judge` does, possibly in another process. An exercise is a list of probes from
coarse to fine, each worth points.
"""

import importlib
import random
import warnings
import zlib
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from labkit.exercises.observer import Observer, observed
from labkit.exercises.recorded_solution import silenced
from labkit.settings import standard_settings
from labkit.stubs import EmptyExercise, Stub

Network = TypeVar("Network", bound=torch.nn.Module)


@dataclass(frozen=True)
class Probe:
    """One test of a learner's code.

    requirement: the required property, as a sentence; shown where it does not hold.
    measure: one number that describes an outcome in messages, as (name, function).
    tolerance: the largest deviation from a right outcome that is accepted, relative to the outcome's size.
    example: a function (inputs, index) → text: one line with the inputs of one element of the outcome.
    labels: a function → the name of each element of the outcome, for messages that name the wrong ones.
    first: a pattern of outcomes that account for failures of the probes before this one: described first.
    terms: a function (inputs, indices of a sample) → arrays by name, of which a right sample (F, D) of the
        outcome is a weighted sum. Messages then show the weights, as "0.6 · x0 + 0.8 · noise".
    """

    name: str
    ask: Callable[["Inputs"], object]
    points: float
    requirement: str
    measure: tuple[str, Callable[[np.ndarray], float]] | None
    tolerance: float
    example: Callable[["Inputs", tuple[int, ...]], str] | None = None
    labels: Callable[[], Sequence[str]] | None = None
    first: str = ""
    terms: Callable[["Inputs", tuple[int, ...]], Mapping[str, Tensor]] | None = None

    def inputs_at(self, index: tuple[int, ...]) -> str:
        """The example of one element for the public inputs (seed 0); empty where there is none."""
        return self.example(Inputs(0, self.name), index) if self.example else ""

    def terms_at(self, sample: tuple[int, ...]) -> dict[str, np.ndarray]:
        """The terms of one sample for the public inputs, without those that are zero; none by default."""
        found = self.terms(Inputs(0, self.name), sample) if self.terms else {}
        return {name: x.double().numpy() for name, x in found.items() if x.any()}


class Inputs:
    """Random inputs that are the same on every machine: NumPy's stream, not torch's.

    scale: 1 for the public inputs (seed 0), else a number between 0.7 and 1.4. It is for probes whose outcome
    would otherwise not depend on the seed.
    """

    def __init__(self, seed: int, name: str):
        key = [seed, zlib.crc32(name.encode())]
        self.generator = np.random.default_rng(key)
        self.scale = 1.0 if seed == 0 else np.random.default_rng([*key, 1]).uniform(0.7, 1.4)

    def normal(self, *shape: int) -> Tensor:
        """Standard normal numbers of this shape, float32."""
        return torch.from_numpy(self.generator.standard_normal(shape)).float()

    def uniform(self, *shape: int) -> Tensor:
        """Numbers between 0 and 1 of this shape, float32."""
        return torch.from_numpy(self.generator.random(shape)).float()

    def integers(self, low: int, high: int, *shape: int) -> Tensor:
        """From `low` to `high` (exclusive), int64."""
        return torch.from_numpy(self.generator.integers(low, high, shape))

    def fill(self, module: Network, std: float = 0.3) -> Network:
        """The module with all weights sampled from N(0, std²), in the order of their names."""
        with torch.no_grad():
            for _, parameter in sorted(module.named_parameters()):
                parameter.copy_(std * self.normal(*parameter.shape))
        return module.eval()


def probe(
    points: float,
    requirement: str,
    measure: tuple[str, Callable[[np.ndarray], float]] | None = None,
    tolerance: float = 1e-3,
    example: Callable[[Inputs, tuple[int, ...]], str] | None = None,
    labels: Callable[[], Sequence[str]] | None = None,
    first: str = "",
    terms: Callable[[Inputs, tuple[int, ...]], Mapping[str, Tensor]] | None = None,
) -> Callable[[Callable], Probe]:
    """Make a probe of a function ``(inputs: Inputs) -> array or text``."""

    def make(ask: Callable) -> Probe:
        return Probe(
            ask.__name__, ask, points, requirement, measure, tolerance, example, labels, first, terms
        )

    return make


@standard_settings()  # for the tensors that a module of probes makes when it is imported
def probes(exercise: str) -> list[Probe]:
    """The probes of an exercise, from coarse to fine: those in its file, and those in its lists of probes."""
    module = importlib.import_module(f"labkit.exercises.probes.{exercise}")
    lists = [value if isinstance(value, list) else [value] for value in vars(module).values()]
    return [value for some in lists for value in some if isinstance(value, Probe)]


def plain(value: object) -> np.ndarray:
    """A result as an array without objects: numbers as float64, all else as a text that describes it."""
    try:
        array = np.asarray(value.detach().cpu() if isinstance(value, Tensor) else value)
    except (TypeError, ValueError, RuntimeError):  # a dtype that NumPy does not know, a ragged list
        return np.array(describe(value))
    if array.dtype.kind in "fiub":
        return array.astype(np.float64)
    return array if array.dtype.kind == "U" else np.array(describe(value))


def describe(value: object) -> str:
    """Kind, dtype and shape of a result as text: "float32 tensor (3, 8, 5)"."""
    if isinstance(value, Tensor):
        return f"{str(value.dtype).removeprefix('torch.')} tensor {tuple(value.shape)}"
    if isinstance(value, np.ndarray):
        return f"{value.dtype} array {value.shape}"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    return "None (is there a return?)" if value is None else f"a value of type {type(value).__name__}"


def moved_by(before: Tensor, after: Mapping[str, Tensor]) -> str:
    """The names of the outputs that differ from `before` by more than rounding, as "time + caption"."""
    if not torch.isfinite(before).all():
        return "values that are not finite (nan or inf)"
    tiny = 1e-4 * before.abs().max()
    names = [name for name, out in after.items() if not (out - before).abs().max() <= tiny]
    return " + ".join(names) or "nothing"


SEED = 1_618_033_988  # torch's, while a probe is asked: no learner sets this one, and any other shows


class Unusable(Exception):
    """Raised by a probe that cannot use the result of a call. The message describes that result."""


def restart() -> None:
    """Seed all random generators, so that code which samples its own noise has reproducible outcomes."""
    torch.default_generator.manual_seed(SEED)  # of the CPU alone: probes use no other device
    np.random.seed(0)
    random.seed(0)


@contextmanager
def random_numbers_kept() -> Iterator[None]:
    """Restore the state of the learner's random generators at the end."""
    states = np.random.get_state(), random.getstate()
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        np.random.set_state(states[0])
        random.setstate(states[1])


def answer(question: Probe, seed: int = 0, begin: Callable[[], None] = restart) -> np.ndarray:
    """The outcome of one probe. It is run twice, first with other inputs: code that stores something between
    calls then has a wrong outcome. begin: called before each run.
    """
    with random_numbers_kept(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with standard_settings(), torch.no_grad():
            begin()
            _ask(question, Inputs(seed + 1, question.name))
        with standard_settings(), torch.no_grad():  # the learner's code may have changed settings
            begin()
            return _ask(question, Inputs(seed, question.name))


def _ask(question: Probe, inputs: Inputs) -> np.ndarray:
    """An exception is an outcome too: "raised by f: TypeError: ..." where the learner's f raised it,
    "returned by f: ..." where the probe could not use the result of f.
    """
    with observed(Observer()) as seen:
        try:
            return plain(question.ask(inputs))
        except Unusable as error:
            return np.array(str(error))
        except Exception as error:  # noqa: BLE001 - a learner's code may raise anything
            first = (str(error).strip() or "no message").splitlines()[0][:200]
            words = f"{type(error).__name__}: {first}"
            if isinstance(error, EmptyExercise):
                return np.array(f"raised {words}")
            if seen.raised and error is seen.raised[1]:
                return np.array(f"raised by {seen.raised[0]}: {words}")
            if seen.returned:
                name, result = seen.returned
                return np.array(f"returned by {name}: {describe(result)}")
            return np.array(f"raised {words}")


def collect(exercise: str, seed: int = 0, names: Container[str] | None = None) -> dict[str, np.ndarray]:
    """The outcome of every probe of an exercise, or of those with these names. A stub that is still empty
    raises, as an outcome."""
    with silenced(exercise):
        asked = (q for q in probes(exercise) if names is None or q.name in names)
        return {question.name: answer(question, seed) for question in asked}


def arguments_kept(points: float, *questions: Probe) -> Probe:
    """A probe: do the functions leave their arguments and torch's settings unchanged in the calls of these
    other probes?

    Code without finite results earns no points here: it need not have used its arguments.
    """

    def arguments(inputs: Inputs) -> str:
        found = {question.name: plain(question.ask(inputs)) for question in questions}
        if changed := Stub.observer.changed:
            return "changed: " + ", ".join(sorted(changed))
        for name, result in found.items():
            if result.dtype.kind == "U" or not np.isfinite(result).any():
                return f"no finite numbers in what is asked under `{name}`"
        return "nothing changed"

    requirement = (
        "A call changes neither its arguments (write `x = x + 1`, not `x += 1`) nor torch's settings and seed"
    )
    return Probe(arguments.__name__, arguments, points, requirement, None, 0.0, first="changed: .*")
