"""Left or right: the side that a caption names, and the arm that a body raises, by geometry alone."""

import re

from torch import Tensor

from labkit.motion import JOINT_INDEX

MARGIN = 0.1  # metres; with a smaller difference both arms count as raised, or neither
LEFT, RIGHT = (
    [JOINT_INDEX[f"{side}_{part}"] for part in ("wrist", "shoulder")] for side in ("left", "right")
)

PROMPTS = [
    (f"{who} {does.format(f'{side} {part}')}", side)
    for who in ("a person", "someone", "the person", "a human", "a figure")
    for does in (
        "raises the {}",
        "lifts the {}",
        "puts the {} up",
        "waves with the {}",
        "lifts the {} and waves",
    )
    for part in ("hand", "arm")
    for side in ("left", "right")
]  # 100 of them: (caption, side)


def side_named(caption: str) -> str:
    """ "left" or "right" if the caption names one hand, arm or fist and no other side; otherwise ""."""
    sides = re.findall(r"\b(left|right)\b", caption)
    limb = re.search(r"\b(left|right) (hand|arm|fist)\b", caption)
    return limb[1] if limb and len(sides) == 1 else ""


def lead(joints: Tensor) -> Tensor:
    """By how much the left wrist rises higher than the right one → (...), metres.

    joints: (..., F, 24, 3), metres, Z up.
    For each wrist: its greatest height over the F frames, relative to the shoulder of its side, so that
    leaning has little effect.
    """
    left, right = (
        (joints[..., wrist, 2] - joints[..., shoulder, 2]).amax(-1) for wrist, shoulder in (LEFT, RIGHT)
    )  # (...) each, from (..., F)
    return left - right


def is_right(lead: float, side: str) -> bool:
    """Whether this lead (metres, left is positive) belongs to the side asked for, by more than MARGIN."""
    return lead > MARGIN if side == "left" else lead < -MARGIN
