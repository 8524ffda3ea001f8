"""Whose code runs where a network or a sampler is asked for."""

from labkit.diffusion import SAMPLERS
from labkit.exercises.registry import EXERCISES, stubs
from labkit.exercises.stand_in import StandIn
from labkit.models import NETWORKS
from labkit.show.figures.style import NETWORK_LABELS


def exercise_of(name: str) -> str:
    """The exercise that is this network or this sampler: "adaln" → "code4"."""
    return next(key for key, exercise in EXERCISES.items() if exercise.module == name)


def standing(exercise: str) -> str:
    """Who has filled it: "yours", "stand-in", "reference", or nobody: "empty"."""
    entries = stubs(exercise)
    if any(entry.untouched for entry in entries):
        return "empty"
    if any(isinstance(entry.plugged, StandIn) for entry in entries):
        return "stand-in"
    modules = {(entry.function.__module__ or "").partition(".")[0] for entry in entries}
    return "reference" if modules == {"labkit_solutions"} else "yours"


def overview() -> str:
    """One line on every network and sampler."""

    def item(name: str) -> str:
        exercise = exercise_of(name)
        who = standing(exercise)
        still = f"empty, {EXERCISES[exercise].title}"
        return f"{NETWORK_LABELS.get(name, name.upper())} ({still if who == 'empty' else who})"

    networks, samplers = (", ".join(map(item, names)) for names in (NETWORKS, SAMPLERS))
    return f"Whose code runs: {networks} · {samplers}"


def mistake(error: BaseException, network: str, sampler: str) -> str:
    """One line about what learner's code raised in the middle of drawing."""
    words = " ".join(str(error).split()) or "no message"
    line = f"the drawing stopped with {type(error).__name__}: {words[:200]}."
    yours = [exercise_of(name) for name in (network, sampler) if standing(exercise_of(name)) == "yours"]
    checks = " and ".join(f'labkit.check("{exercise}")' for exercise in yours)
    return f"{line} {checks} may say why" if yours else f"{line} Restart the kernel and try again"
