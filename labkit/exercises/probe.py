"""What a check asks of a learner's function: inputs go in, plain arrays come out.

A probe is a small function that calls labkit's (that is, the learner's) code on inputs of its own and
returns an array, or a text such as a shape. It compares nothing: that is `judge`'s work, elsewhere and maybe
in another process. An exercise is a list of probes from coarse to fine, each worth points.
"""

import importlib
import random
import warnings
import zlib
from collections.abc import Callable, Container, Iterator
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
    """One question.

    says: the property that is asked for, as a sentence, shown where it does not hold.
    measure: what `judge` may tell about an outcome in one number, as (name, function).
    tolerance: how far from a right outcome a right one may be, as a share of the outcome's size.
    example: what an element of the outcome was computed from, in one line: (inputs, index) → text.
    """

    name: str
    ask: Callable[["Inputs"], object]
    points: float
    says: str
    measure: tuple[str, Callable[[np.ndarray], float]] | None
    tolerance: float
    example: Callable[["Inputs", tuple[int, ...]], str] | None = None

    def inputs_at(self, index: tuple[int, ...]) -> str:
        """The example of one element, for the inputs that everybody may know; empty where there is none."""
        return self.example(Inputs(0, self.name), index) if self.example else ""


class Inputs:
    """Random inputs that are the same on every machine: NumPy's stream, not torch's.

    scale: 1 for the inputs that everybody may know (seed 0), else a number between 0.7 and 1.4. It is for
    questions whose answer would otherwise be one figure, whatever is drawn.
    """

    def __init__(self, seed: int, name: str):
        key = [seed, zlib.crc32(name.encode())]
        self.generator = np.random.default_rng(key)
        self.scale = 1.0 if seed == 0 else np.random.default_rng([*key, 1]).uniform(0.7, 1.4)

    def normal(self, *shape: int) -> Tensor:
        return torch.from_numpy(self.generator.standard_normal(shape)).float()

    def uniform(self, *shape: int) -> Tensor:
        return torch.from_numpy(self.generator.random(shape)).float()

    def integers(self, low: int, high: int, *shape: int) -> Tensor:
        """From `low` to `high`, which is left out; int64."""
        return torch.from_numpy(self.generator.integers(low, high, shape))

    def fill(self, module: Network, std: float = 0.3) -> Network:
        """A module whose every weight is drawn anew, in the order of its names; none stays zero."""
        with torch.no_grad():
            for _, parameter in sorted(module.named_parameters()):
                parameter.copy_(std * self.normal(*parameter.shape))
        return module.eval()


def probe(
    points: float,
    says: str,
    measure: tuple[str, Callable[[np.ndarray], float]] | None = None,
    tolerance: float = 1e-3,
    example: Callable[[Inputs, tuple[int, ...]], str] | None = None,
) -> Callable[[Callable], Probe]:
    """Make a probe of a function ``(draw: Inputs) -> array or text``."""

    def make(ask: Callable) -> Probe:
        return Probe(ask.__name__, ask, points, says, measure, tolerance, example)

    return make


def probes(exercise: str) -> list[Probe]:
    """The questions of an exercise, from coarse to fine: the probes of its file, and its lists of probes."""
    module = importlib.import_module(f"labkit.exercises.probes.{exercise}")
    lists = [value if isinstance(value, list) else [value] for value in vars(module).values()]
    return [value for some in lists for value in some if isinstance(value, Probe)]


def plain(value: object) -> np.ndarray:
    """What came back, as an array without any object in it: numbers as float64, or else a text."""
    try:
        array = np.asarray(value.detach().cpu() if isinstance(value, Tensor) else value)
    except (TypeError, ValueError, RuntimeError):  # a dtype that NumPy does not know, a ragged list
        return np.array(describe(value))
    if array.dtype.kind in "fiub":
        return array.astype(np.float64)
    return array if array.dtype.kind == "U" else np.array(describe(value))


def describe(value: object) -> str:
    """Kind, dtype and shape of a result in words: "float32 tensor (3, 8, 5)"."""
    if isinstance(value, Tensor):
        return f"{str(value.dtype).removeprefix('torch.')} tensor {tuple(value.shape)}"
    if isinstance(value, np.ndarray):
        return f"{value.dtype} array {value.shape}"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    return "None (is there a return?)" if value is None else f"a value of type {type(value).__name__}"


class Unusable(Exception):
    """Raised by a probe that cannot go on with what came back; the message says what that was."""


def restart() -> None:
    """Begin all streams of random numbers anew: code that samples its own noise is always equally wrong."""
    torch.default_generator.manual_seed(0)  # the CPU's alone: no probe computes elsewhere
    np.random.seed(0)
    random.seed(0)


@contextmanager
def random_numbers_kept() -> Iterator[None]:
    """Afterwards the learner's streams of random numbers go on where they were."""
    states = np.random.get_state(), random.getstate()
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        np.random.set_state(states[0])
        random.setstate(states[1])


def answer(question: Probe, seed: int = 0, begin: Callable[[], None] = restart) -> np.ndarray:
    """The outcome of one probe, the second time that it is asked: the first time it has other inputs, so that
    code which keeps something from call to call shows it. begin: called before each.
    """
    with random_numbers_kept(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with standard_settings(), torch.no_grad():
            begin()
            _ask(question, Inputs(seed + 1, question.name))
        with standard_settings(), torch.no_grad():  # whatever the code has set meanwhile
            begin()
            return _ask(question, Inputs(seed, question.name))


def _ask(question: Probe, inputs: Inputs) -> np.ndarray:
    """An exception is an outcome too: "raised TypeError: ..." where the learner's code raised it, "returned
    by f: ..." where the probe could make nothing of what f returned.
    """
    with observed(Observer()) as seen:
        try:
            return plain(question.ask(inputs))
        except Unusable as error:
            return np.array(str(error))
        except Exception as error:  # noqa: BLE001 - a learner's code may raise anything
            theirs = error is seen.raised or isinstance(error, EmptyExercise)
            if not theirs and seen.returned:
                name, result = seen.returned
                return np.array(f"returned by {name}: {describe(result)}")
            first = (str(error).strip() or "no message").splitlines()[0][:200]
            return np.array(f"raised {type(error).__name__}: {first}")


def collect(exercise: str, seed: int = 0, names: Container[str] | None = None) -> dict[str, np.ndarray]:
    """The outcome of every probe of an exercise, or of those with these names. A stub that is still empty
    raises, as an outcome."""
    with silenced(exercise):
        asked = (q for q in probes(exercise) if names is None or q.name in names)
        return {question.name: answer(question, seed) for question in asked}


def arguments_kept(points: float, *questions: Probe) -> Probe:
    """A probe: do the functions leave their arguments as they are, in what these other probes ask?

    What gives no numbers has done nothing with its arguments, and is told so.
    """

    def arguments(draw: Inputs) -> str:
        for question in questions:
            found = plain(question.ask(draw))
            if found.dtype.kind == "U" or not np.isfinite(found).any():
                return f"no finite numbers in what is asked under `{question.name}`"
        changed = Stub.observer.changed
        return "changed: " + ", ".join(sorted(changed)) if changed else "nothing changed"

    says = "A call leaves its arguments as they are: work on copies (`x = x + 1`, not `x += 1`)"
    return Probe(arguments.__name__, arguments, points, says, None, 0.0)
