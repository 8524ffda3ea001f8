"""Whose code runs for each network and each sampler."""

from labkit.diffusion import SAMPLERS
from labkit.models import NETWORKS
from labkit.show.figures.style import NETWORK_LABELS
from labkit.show.prompt.history import Prompt
from labkit.stubs import EXERCISES, stubs


def exercise_of(name: str) -> str:
    """The exercise that is this network or this sampler: "adaln" → "code4"."""
    return next(key for key, exercise in EXERCISES.items() if exercise.module == name)


def code_source(exercise: str) -> str:
    """Whose code has filled it: "yours", "recorded", "reference", or none: "empty"."""
    entries = stubs(exercise)
    if any(entry.untouched for entry in entries):
        return "empty"
    sources = {entry.source for entry in entries}
    return "recorded" if "recorded" in sources else "reference" if sources == {"reference"} else "yours"


def overview() -> str:
    """One line: every network and sampler, by whose code runs."""
    found: dict[str, list[str]] = {who: [] for who in ("yours", "reference", "recorded", "empty")}
    for name in (*NETWORKS, *SAMPLERS):
        exercise = exercise_of(name)
        who, label = code_source(exercise), NETWORK_LABELS.get(name, name.upper())
        found[who].append(f"{label} ({EXERCISES[exercise].title})" if who == "empty" else label)
    groups = (f"{who}: {', '.join(labels)}" for who, labels in found.items() if labels)
    return f"Whose code runs · {' · '.join(groups)}"


def mistake(error: BaseException, prompt: Prompt | None) -> str:
    """One line about an unexpected exception. prompt: of the motion that was being generated, if any."""
    words = " ".join(str(error).split()) or "no message"
    line = f"{'sampling' if prompt else 'it'} stopped with {type(error).__name__}: {words[:200]}."
    names = (prompt.network, prompt.config.sampler) if prompt else ()
    yours = [exercise_of(name) for name in names if code_source(exercise_of(name)) == "yours"]
    checks = " and ".join(f'labkit.check("{exercise}")' for exercise in yours)
    return f"{line} {checks} may say why" if yours else f"{line} Restart the kernel and try again"
