"""labkit: text to human motion, taught piece by piece."""

import importlib

from labkit.errors import explain

_LAZY = {
    "check": "labkit.exercises.check",
    "hint": "labkit.exercises.check",
    "solution": "labkit.exercises.check",
    "exercise": "labkit.exercises.registry",
    "use_reference": "labkit.exercises.registry",
    "use_stand_in": "labkit.exercises.stand_in",
    "setup": "labkit.setup",
    "prompt_box": "labkit.show.prompt.box",
    "LabError": "labkit.errors",
}
_MODULES = ("dataset", "diffusion", "metrics", "models", "motion", "show")


def __getattr__(name: str):
    """Names that notebooks use, imported when first asked for: `--help` should not wait for torch."""
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
