"""labkit: a course on text-to-human-motion diffusion."""

import importlib

_LAZY = {
    "check": "labkit.exercises.check",
    "hint": "labkit.exercises.check",
    "solution": "labkit.exercises.check",
    "exercise": "labkit.stubs",
    "use_reference": "labkit.stubs",
    "use_recorded_solution": "labkit.exercises.recorded_solution",
    "setup": "labkit.setup",
    "prompt_box": "labkit.show.prompt.box",
    "LabError": "labkit.paths",
}
_MODULES = ("dataset", "diffusion", "metrics", "models", "motion", "show")


def __getattr__(name: str):
    """Names that notebooks use, imported when first asked for: `--help` should not wait for torch."""
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    if name in _MODULES:
        return importlib.import_module(f"labkit.{name}")
    raise AttributeError(f"module 'labkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names, whether they have been imported yet or not."""
    return sorted((*_LAZY, *_MODULES))
