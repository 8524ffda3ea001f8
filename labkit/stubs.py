"""Exercises, the empty functions that belong to them, and how a learner's code takes their place.

labkit marks an empty function with ``@stub("code7")``. Whoever calls it, anywhere in labkit, calls what was
plugged in last:

    @exercise(labkit.diffusion.ddpm_step)     # in a notebook cell
    def ddpm_step(schedule, ...): ...

or else the function's own body, for those who write the answer into labkit's file. ``exercise`` gives
labkit's own object back, so that names imported before see the learner's code too.
"""

import functools
import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from labkit.paths import LabError


@dataclass(frozen=True)
class Exercise:
    """What a learner is asked for. module: the file of the reference that holds the answer."""

    title: str
    notebook: str
    module: str
    functions: tuple[str, ...]  # where the stubs are, "package.module:Class.method"


_METHODS = ("cond_mapping", "backbone", "output_projection")

EXERCISES = {
    "code2": Exercise("Code 2", "01_dataset", "motion", ("labkit.motion:split_motion",)),
    "code3": Exercise(
        "Code 3", "02_architectures", "incontext",
        tuple(f"labkit.models.incontext:InContextDiT.{name}" for name in _METHODS),
    ),
    "code4": Exercise(
        "Code 4", "02_architectures", "adaln",
        tuple(f"labkit.models.adaln:AdaLNDiT.{name}" for name in _METHODS),
    ),
    "code5": Exercise(
        "Code 5", "02_architectures", "cross_attention",
        tuple(f"labkit.models.cross_attention:CrossAttentionDiT.{name}" for name in _METHODS),
    ),
    "code6": Exercise("Code 6", "03_diffusion", "loss", ("labkit.diffusion.loss:ddpm_loss",)),
    "code7": Exercise("Code 7", "03_diffusion", "ddpm", ("labkit.diffusion.ddpm:ddpm_step",)),
    "code8": Exercise("Code 8", "03_diffusion", "ddim", ("labkit.diffusion.ddim:ddim_step",)),
    "code10": Exercise("Code 10", "04_analysis", "frechet", ("labkit.metrics.frechet:frechet_distance",)),
    "code11": Exercise("Code 11", "04_analysis", "similarity", ("labkit.metrics.similarity:tmr_score",)),
    "code13": Exercise(
        "Code 13", "05_train_steer_edit", "training_step",
        tuple(f"labkit.diffusion.training_step:{name}" for name in ("training_loss", "ema_update")),
    ),
    "code14": Exercise(
        "Code 14", "05_train_steer_edit", "guidance", ("labkit.diffusion.guidance:guided",)
    ),
    "code15": Exercise(
        "Code 15", "05_train_steer_edit", "replacement", ("labkit.diffusion.editing:replace_known",)
    ),
    "code16": Exercise(
        "Code 16", "05_train_steer_edit", "resampling", ("labkit.diffusion.editing:resampled_step",)
    ),
    "code17": Exercise("Code 17", "06_flows", "flow", ("labkit.diffusion.flow:flow_loss",)),
    "code18": Exercise(
        "Code 18", "06_flows", "solver",
        tuple(f"labkit.diffusion.flow:{name}" for name in ("euler_step", "heun_step")),
    ),
}  # fmt: skip


class EmptyExercise(NotImplementedError):
    """A function was called that is still to be written. The message names exercise and notebook."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the line, without the traceback."""
        return [f"EmptyExercise: {self}"]


class Stub:
    """One function to be written: labkit's own body, and what was plugged in its place.

    observer: called in its place with (stub, args, kwargs) while a check asks.
    """

    observer: ClassVar[Any] = None  # an exercises.observer.Observer

    def __init__(self, exercise: str, own: Callable):
        self.exercise, self.own = exercise, own
        self.plugged: Callable | None = None

    @property
    def name(self) -> str:
        """The function's own name."""
        return self.own.__name__

    @property
    def function(self) -> Callable:
        """The function that is called: the one plugged in, or labkit's own."""
        return self.plugged or self.own

    @property
    def source(self) -> str:
        """Whose function it is: "reference", "recorded" or "yours"."""
        if (self.function.__module__ or "").partition(".")[0] == "labkit_solutions":
            return "reference"
        return "recorded" if getattr(self.plugged, "recorded", False) else "yours"

    @property
    def untouched(self) -> bool:
        """True where neither a cell nor an editor has put an answer here."""
        return self.plugged is None and bare(self.own)

    @property
    def address(self) -> str:
        """What a decorator is given: "labkit.diffusion.ddpm_step"."""
        return f"{self.own.__module__.rpartition('.')[0]}.{self.own.__qualname__}"

    def __call__(self, *args, **kwargs) -> object:
        """Call the function. Raises EmptyExercise where it is not written, or not to its end."""
        try:
            if Stub.observer:
                return Stub.observer(self, args, kwargs)
            return self.function(*args, **kwargs)
        except NotImplementedError as error:
            if self.unwritten(error):
                raise EmptyExercise(self.empty_message()) from None
            raise

    def unwritten(self, error: NotImplementedError) -> bool:
        """Was it raised by the line `raise NotImplementedError` of the function itself?"""
        frame = error.__traceback__
        while frame.tb_next:
            frame = frame.tb_next
        name = getattr(self.function, "__name__", None)
        return type(error) is NotImplementedError and not error.args and frame.tb_frame.f_code.co_name == name

    def empty_message(self) -> str:
        """Why the function cannot be called yet, in one line with the next step."""
        about = EXERCISES[self.exercise]
        if not bare(self.function):
            return f"{about.title} is not finished: {self.name} comes to its line `raise NotImplementedError`"
        place = f"write {self.name} in notebooks/{about.notebook}.ipynb"
        return f"{about.title} is still empty: {place}{self.elsewhere()}"

    def elsewhere(self) -> str:
        """What else in this session has the function's name, as the rest of a sentence; empty for nothing."""
        there = vars(sys.modules["__main__"]).get(self.name)
        other = getattr(there, "stub", None)
        if not callable(there) or there is self.plugged or other is self:
            return ""
        if isinstance(other, Stub):
            title, its = EXERCISES[other.exercise].title, other.address
            return (
                f". The {self.name} of this session is plugged in as {its} ({title}): if it is meant for "
                f"{EXERCISES[self.exercise].title}, its decorator must name {self.address}"
            )
        line = f"@labkit.exercise({self.address})"
        return f". A {self.name} is defined in this session, but not plugged in: put {line} above its def"


def _todo():
    raise NotImplementedError


def bare(function: Callable) -> bool:
    """Does the function do nothing but raise NotImplementedError?"""
    code, todo = getattr(inspect.unwrap(function), "__code__", None), _todo.__code__
    return code is not None and (code.co_code, code.co_names) == (todo.co_code, todo.co_names)


def stub(exercise: str) -> Callable[[Callable], Callable]:
    """Mark a function or method of labkit as one that a learner writes."""

    def mark(own: Callable) -> Callable:
        entry = Stub(exercise, own)

        @functools.wraps(own)
        def call(*args, **kwargs):
            return entry(*args, **kwargs)

        call.stub = entry  # pyright: ignore[reportAttributeAccessIssue] - a function carries its stub
        return call

    return mark


def exercise(target: Callable) -> Callable[[Callable], Callable]:
    """Plug a function of yours in the place of labkit's own: see the top of this file.

    Raises LabError where `target` is no exercise of the course.
    """
    stub = getattr(target, "stub", None)
    if not isinstance(stub, Stub):
        name = getattr(target, "__qualname__", repr(target))
        raise LabError(f"{name} is no exercise: decorate with @exercise(labkit. ...) as the notebook does")

    def plug(function: Callable) -> Callable:
        if isinstance(getattr(function, "stub", None), Stub):
            raise LabError("this is labkit's own function again: put def ... below the decorator")
        stub.plugged = function
        return target

    return plug


def find(exercise: str) -> Exercise:
    """Raises LabError for an exercise that does not exist."""
    if exercise not in EXERCISES:
        raise LabError(f"there is no exercise {exercise!r}: choose one of {', '.join(EXERCISES)}")
    return EXERCISES[exercise]


def stubs(exercise: str) -> list[Stub]:
    """The stubs of one exercise, in the order in which they are written."""
    found = []
    for path in find(exercise).functions:
        module, _, name = path.partition(":")
        value = importlib.import_module(module)
        for part in name.split("."):
            value = getattr(value, part)
        found.append(value.stub)
    return found


def forget(*exercises: str) -> None:
    """Take out what was plugged in; all exercises by default."""
    for name in exercises or EXERCISES:
        for entry in stubs(name):
            entry.plugged = None


def graded() -> bool:
    """Is this notebook being graded? Then helpers of the course do nothing instead of failing."""
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"


def reference(exercise: str):
    """The module with the reference solution of an exercise, from the clone or from labkit-solutions.

    Raises LabError where neither is there, and while nbgrader grades: only a learner's own code counts then.
    """
    if graded():
        raise LabError("the reference solutions are not there while a notebook is graded")
    folder = Path(__file__).resolve().parents[1] / "solutions" / "reference"
    if "labkit_solutions" not in sys.modules and (folder / "__init__.py").is_file():
        spec = importlib.util.spec_from_file_location(
            "labkit_solutions", folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        sys.modules["labkit_solutions"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["labkit_solutions"])
    module = find(exercise).module
    try:
        return importlib.import_module(f"labkit_solutions.{module}")
    except ModuleNotFoundError as error:
        raise LabError(
            "the reference solutions are not here: work in a clone that has the folder solutions, or pip "
            "install that folder"
        ) from error


def use_reference(*exercises: str) -> None:
    """Use the reference solutions in the place of the learner's code; for all exercises by default.

    Raises LabError where they are not installed. Does nothing while a notebook is graded.
    """
    if graded():
        print("Reference solutions are not used while a notebook is graded.")
        return
    for name in exercises or EXERCISES:
        module = reference(name)
        for entry in stubs(name):
            entry.plugged = getattr(module, entry.name)
