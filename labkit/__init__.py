"""labkit: a course on text-to-human-motion diffusion."""

import importlib
from typing import Any

from labkit.errors import explain

_LAZY = {
    "check": "labkit.exercises.check",
    "hint": "labkit.exercises.check",
    "solution": "labkit.exercises.check",
    "exercise": "labkit.stubs",
    "use_reference": "labkit.stubs",
    "use_recorded_solution": "labkit.exercises.recorded_solution",
    "use_mine": "labkit.exercises.mine",
    "setup": "labkit.setup",
    "prompt_box": "labkit.show.prompt.box",
    "LabError": "labkit.errors",
}
_MODULES = ("dataset", "diffusion", "metrics", "models", "motion", "show")


def __getattr__(name: str) -> Any:
    """Names that notebooks use, imported when first asked for: `--help` should not wait for torch."""
    if name == "__all__":  # from labkit import *
        return __dir__()
    try:
        if name in _LAZY:
            value = getattr(importlib.import_module(_LAZY[name]), name)
            globals()[name] = value  # for good: importing labkit.setup has left the module under this name
            return value
        if name in _MODULES:
            return importlib.import_module(f"labkit.{name}")
    except Exception as error:
        explain(error)
        raise
    raise AttributeError(f"module 'labkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names, whether they have been imported yet or not."""
    return sorted((*_LAZY, *_MODULES))
