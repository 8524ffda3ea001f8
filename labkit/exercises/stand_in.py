"""Stand-ins: what keeps a notebook running whose earlier exercises were solved in another kernel."""

from labkit.exercises.registry import stubs, use_reference


def use_stand_in(*exercises: str) -> None:
    for name in exercises:
        if all(s.untouched for s in stubs(name)):
            use_reference(name)
