"""Mirrored captions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.dataset import mirror_caption


@pytest.mark.parametrize(
    "caption, mirrored",
    [
        ("a person waves with the left hand", "a person waves with the right hand"),
        ("turns right, then left", "turns left, then right"),
        ("steps leftwards and rightward", "steps rightwards and leftward"),
        ("walks a circle clockwise", "walks a circle counterclockwise"),
        ("walks a counterclockwise circle", "walks a clockwise circle"),
        ("turns anti-clockwise", "turns clockwise"),
        ("Left foot, RIGHT foot", "Right foot, LEFT foot"),
        ("right-handed", "left-handed"),
        ("a right turn right away", "a left turn right away"),
        ("stands upright, bends to a right angle", "stands upright, bends to a right angle"),
        ("all right, the person sits down right now", "all right, the person sits down right now"),
        ("an outright bright leftover", "an outright bright leftover"),
    ],
)
def test_known_captions(caption, mirrored):
    assert mirror_caption(caption) == mirrored


SIDES = ["left", "right", "Left", "LEFT", "lefts", "leftward", "rightwards", "clockwise", "counterclockwise"]
OTHERS = [
    "upright",
    "all",
    "away",
    "now",
    "angle",
    "angles",
    "turn,",
    "hand.",
    "then",
    "bright",
    "right-handed",
]
WORDS = st.sampled_from(SIDES + OTHERS)


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_twice_is_the_caption_itself(caption):
    assert mirror_caption(mirror_caption(caption)) == caption


@given(st.text())
def test_nothing_else_changes(text):
    sides = ("left", "right", "clockwise")
    if not any(side in text.lower() for side in sides):
        assert mirror_caption(text) == text
