"""The time of recordings: rates and starts that files leave out or get wrong."""

import pytest

from labkit_data.pipeline import Raw
from labkit_data.timing import HALF_RATE, LENGTH, Length, Span, half_rate_sessions, timed


def file_of(frames: int, first: int = 1, fps: float = 120.0) -> Span:
    return Span((first - 1) / fps, (first - 1 + frames) / fps, fps)


def result(frames: int, length: float, exact: bool = True, half_rate: bool = False, **about):
    raw = timed(Raw("62_18", None, {}), file_of(frames, **about), Length(length, exact), half_rate)
    return raw.stretch, [kind for kind, _ in raw.warnings]


@pytest.mark.parametrize(
    "case, expected",
    [
        (dict(frames=565, length=4.708), (1, [])),
        (dict(frames=381, first=150, length=4.417), (1, [])),  # 55_04: its numbers end where KIT-ML states
        (dict(frames=381, length=4.417), (1, [LENGTH])),  # the same, had they not been kept
        (dict(frames=565, length=9.417, half_rate=True), (2, [HALF_RATE])),  # 62_18
        (dict(frames=1130, length=9.417, half_rate=True), (1, [])),  # a file that somebody put right
        (dict(frames=565, length=12.0, half_rate=True), (2, [HALF_RATE, LENGTH])),
        (dict(frames=565, length=9.417), (1, [LENGTH])),  # half of it, in a session where others say 120 Hz
        (dict(frames=565, length=4.0, exact=False), (1, [])),  # HumanML3D's pieces need not reach the end
        (dict(frames=565, length=4.0), (1, [LENGTH])),
        (dict(frames=565, length=4.0, exact=False, half_rate=True), (2, [HALF_RATE])),
        (dict(frames=134, length=1.2), (1, [])),  # 0.08 s short: a frame or two lost, and rounding
        (dict(frames=1200, length=10.4), (1, [])),
        (dict(frames=1200, length=10.6), (1, [LENGTH])),
    ],
)
def test_rate_and_length(case, expected):
    assert result(**case) == expected


def test_the_warning_says_which_and_how_much():
    raw = timed(Raw("118_03", None, {}), file_of(240), Length(4.15, exact=False), False)
    assert raw.warnings == ((LENGTH, "118_03 (2.0 s, recording at least 4.2 s)"),)


def test_a_session_is_slow_where_its_files_agree():
    """240-frame windows of longer recordings (118) are not recordings at 60 Hz, though some fit by chance."""
    windows = [("118_05", 240, 120, 5.9), ("118_09", 240, 120, 4.0), ("118_21", 240, 120, 6.3)]
    slow = [("88_06", 57, 30, 3.85), ("88_08", 71, 30, 4.85), ("139_17", 179, 30, 11.983)]
    right = [("75_01", 478, 120, 3.983), ("88_01", 478, 120, 3.983)]
    known = [
        (f"CMU/{name.split('_')[0]}/{name}", file_of(frames, fps=fps), Length(seconds, exact=True))
        for name, frames, fps, seconds in (*windows, *slow, *right)
    ]
    assert half_rate_sessions(known) == {"CMU/88", "CMU/139"}
    assert half_rate_sessions([]) == set()


@pytest.mark.parametrize("least, slow", [(10.9, True), (7.0, False), (20.0, False), (4.0, False)])
def test_a_least_length_proves_little(least, slow):
    """5.4 s of at least 10.9 s may be half of it; of at least 7.0 s, a file that has lost its end."""
    known = [("CMU/139/139_16", file_of(162, fps=30), Length(least, exact=False))]
    assert bool(half_rate_sessions(known)) == slow
