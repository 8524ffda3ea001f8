"""Where the frames of a file lie in the time of its recording.

Captions of recordings refer to seconds of the original. A file may begin later, and its rate may be
wrong: an AMC file has none, and programs that convert AMC files assume 120 Hz, though part of CMU was
recorded at 60 Hz. Both follow from the lengths of recordings in KIT-ML and HumanML3D's index.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from labkit_data.formats.animation import Animation
from labkit_data.pipeline import Raw

TOLERANCE = 0.05  # of a recording's length
SLACK = 0.1  # seconds: conversions lose a frame or two at either end
FAST = 100.0  # Hz: a file that states less was not converted as 120 Hz

HALF_RATE = "files played at half of the rate that they state or that is assumed: recorded at 60 Hz"
LENGTH = "files whose length differs from their recording's by more than 5 %: captions may not fit"


class Span(NamedTuple):
    """The part of its recording that a file holds, in seconds, and the rate, both as the file states them."""

    start: float
    end: float
    fps: float


class Length(NamedTuple):
    """How long a recording is; where not `exact`, it is at least so long."""

    seconds: float
    exact: bool


def session(key: str) -> str:
    """The part of a path in AMASS whose recordings share a rate: ``CMU/16`` of ``CMU/16/16_15``."""
    return key.rpartition("/")[0]


def half_rate_sessions(known: Iterable[tuple[str, Span, Length]]) -> set[str]:
    """The sessions of which most files with a wrong length have the right one when played at half the rate.

    known: the path in AMASS, the span and the recording's length of each file. A length that is not exact
    counts as one: at half the rate, a file that has lost its end would be long enough, too.
    """
    votes = defaultdict(list)
    for key, span, length in known:
        if not _fits(span.end, length):
            votes[session(key)].append(_fits(2 * span.end, length._replace(exact=True)))
    return {name for name, fits in votes.items() if 2 * sum(fits) > len(fits)}


def timed(raw: Raw, span: Span, length: Length | None, half_rate: bool) -> Raw:
    """`raw` with the stretch that brings its file to its recording's length, and a warning where none does.

    half_rate: whether files of its session play too fast; the length of this file decides for it.
    """
    stretches = (2.0, 1.0) if half_rate else (1.0,)
    right = [s for s in stretches if length is None or _fits(s * span.end, length)]
    stretch, warnings = (right or stretches)[0], raw.warnings
    if stretch != 1:
        warnings += ((HALF_RATE, raw.name),)
    if not right:
        least = "" if length.exact else "at least "
        detail = f"{raw.name} ({stretch * span.end:.1f} s, recording {least}{length.seconds:.1f} s)"
        warnings += ((LENGTH, detail),)
    return replace(raw, stretch=stretch, warnings=warnings)


def stretched(animation: Animation, raw: Raw) -> Animation:
    """The animation at the rate at which it was recorded."""
    return replace(animation, fps=animation.fps / raw.stretch, start=animation.start * raw.stretch)


def _fits(end: float, length: Length) -> bool:
    slack = max(TOLERANCE * length.seconds, SLACK)
    return length.seconds - slack <= end and (end <= length.seconds + slack or not length.exact)
