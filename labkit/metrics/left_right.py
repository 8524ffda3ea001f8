"""Left or right? The side that a caption names, and the arm that a body raises: decided by geometry alone."""

import re

from torch import Tensor

from labkit.motion import JOINT_NAMES

MARGIN = 0.1  # metres: arms that come nearly as high as each other are both raised, or neither
LEFT, RIGHT = (
    [JOINT_NAMES.index(f"{side}_{part}") for part in ("wrist", "shoulder")] for side in ("left", "right")
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
    """ "left" or "right" where the caption speaks of one hand, arm or fist, and of no other side; else ""."""
    sides = re.findall(r"\b(left|right)\b", caption)
    limb = re.search(r"\b(left|right) (hand|arm|fist)\b", caption)
    return limb[1] if limb and len(sides) == 1 else ""


def lead(joints: Tensor) -> Tensor:
    """How much higher the left wrist comes than the right one, metres (...): joints (..., F, 24, 3).

    Each wrist's highest point above its own shoulder, so that a lean of the body does not count.
    """
    left, right = (
        (joints[..., wrist, 2] - joints[..., shoulder, 2]).amax(-1) for wrist, shoulder in (LEFT, RIGHT)
    )
    return left - right


def is_right(lead: float, side: str) -> bool:
    """Whether this lead (metres, left is positive) is that of the side asked for."""
    return lead > MARGIN if side == "left" else lead < -MARGIN
