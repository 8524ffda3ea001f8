"""What is known of a motion, and the actions that are found in it."""

import re
from dataclasses import dataclass, field

from labkit_data.events import Event
from labkit_data.kinematics import Measures


@dataclass(frozen=True)
class ActionMatch:
    """An action family found in a motion, with values for the slots of its phrases. start: seconds.

    side: "left", "right" or "", for labels. alone: slots that are true only if the caption names no other
    action.
    """

    family: str
    slots: dict[str, str] = field(default_factory=dict)
    start: float = 0.0
    side: str = ""
    alone: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Evidence:
    """What a check may use: the words of a motion's label, its events and its measurements.

    part: whether the motion is only a piece of the recording that the label is of.
    """

    words: str
    facts: Measures
    events: tuple[Event, ...]
    part: bool = False

    def of(self, *kinds: str) -> list[Event]:
        return [e for e in self.events if e.kind in kinds]

    def label_matches(self, pattern: str) -> bool:
        return bool(re.search(pattern, self.words))

    @property
    def active(self) -> bool:
        """Whether the body moves more than in standing."""
        return self.facts.activity > 0.14 or max(self.facts.left.reach, self.facts.right.reach) > 0.35

    def moves(self, least: float) -> bool:
        """Is the body active enough, metres a second, for the action in a longer recording's label?"""
        return not self.part or self.active or self.facts.activity > least


Found = list[ActionMatch]


def phrase(description: str) -> str:
    """A label as words in lower case: "Female1_B09_WalkTurnLeft90" → "walk turn left 90"."""
    text = re.sub(
        r"^((fe)?male\d|(sie_)?humanoid3d|wd2|boxing_boxman)_([a-d]\d+_)?", "", description, flags=re.I
    )
    text = re.sub(r"(?<=[a-z])(?=[A-Z0-9])|(?<=\d)(?=[A-Za-z])", " ", text)
    text = re.sub(r"[_#]", " ", text).lower()
    return re.sub(r"\s+", " ", text).strip()
