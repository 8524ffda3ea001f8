"""Captions of a motion: sentences that people wrote, and sentences made from its labels and its kinematics.

A made sentence states only what was labelled or measured, and nothing labelled that a measurement
contradicts. `actions.py` finds the actions of a motion, `families.py` has the phrases of each action,
`sentences.py` makes sentences of them.
"""

import hashlib
import json
import random
import re
from dataclasses import dataclass

from torch import Tensor

from labkit.motion import Motion
from labkit_data.captions.actions import claims, find_actions
from labkit_data.captions.evidence import ActionMatch, Evidence, phrase
from labkit_data.captions.sentences import sentences
from labkit_data.captions.styles import style_words
from labkit_data.events import find_events
from labkit_data.kinematics import measure

OURS = 40  # generated sentences for a clip without captions by people
BESIDE_HUMAN = 32  # generated sentences for a clip with captions by people
MOST_HUMAN = 8  # captions by people that are kept


@dataclass(frozen=True)
class Captions:
    """Sentences about a motion, its action families in order, their sides, the words that name its style."""

    captions: tuple[str, ...]
    families: tuple[str, ...]
    sides: tuple[str, ...]
    style_words: tuple[str, ...] = ()

    def labels(self) -> dict[str, str]:
        """For a clip: "family" and "side" in order, "style words"; empty where nothing is known."""
        family, side, words = map(", ".join, (self.families, self.sides, self.style_words))
        return {"family": family, "side": side} | ({"style words": words} if words else {})


def normalise(text: str) -> str:
    """A sentence in the one style of all captions: lower case, single spaces, no final period.

    The spellings of "counterclockwise" become one, so that mirroring twice gives the caption back.
    """
    text = re.sub(r"\b(anti|counter|clock)[ -]?(clock)?[ -]?wise\b", _clockwise, text.lower())
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r" +([,.;:!?])", r"\1", text)
    return text.rstrip(" .,;")


def _clockwise(match: re.Match) -> str:
    return "clockwise" if match[1] == "clock" else "counterclockwise"


def caption_motion(
    source: str, labels: dict[str, str], motion: Motion, joints: Tensor, human: list[str], part: bool = False
) -> Captions:
    """Distinct sentences that are true of a motion; those that people wrote come first.

    labels: "content" and "style" (Bandai); or "description", a phrase such as CMU's "walk, veer left" or the
        name of the clip, "WalkTurnLeft90", and "content", which stands in for it. With neither of them
        (AMASS) the captions are those of people alone, unless there are none.
    joints: (F, 24, 3) world positions, Z up, metres.
    part: whether this is a piece of what the labels are of, and need not show all of it.
    The choice among phrasings depends on the arguments alone.
    """
    known = list(dict.fromkeys(filter(None, map(normalise, human))))[:MOST_HUMAN]
    content = [source, sorted(labels.items()), len(motion), [round(v, 2) for v in motion.pelvis[-1].tolist()]]
    rng = random.Random(hashlib.sha256(json.dumps(content).encode()).digest())
    found = shown(labels, motion, joints, known, part)
    wanted = BESIDE_HUMAN if known else OURS
    ours = [normalise(s) for s in sentences(found, labels.get("style", ""), rng, wanted)]
    sides = tuple(dict.fromkeys(a.side for a in found if a.side))
    families, words = tuple(a.family for a in found), style_words(labels.get("style", ""))
    return Captions(tuple(dict.fromkeys(known + ours)), families, sides, words)


def shown(
    labels: dict[str, str], motion: Motion, joints: Tensor, human: list[str], part: bool = False
) -> list[ActionMatch]:
    """Actions of a motion in order: those that its captions or its label name, where measurements agree."""
    facts, events = measure(motion, joints), find_events(motion, joints)
    words = [phrase(text) for text in human]
    description = phrase(labels.get("description", "") or labels.get("content", "").replace("-", " "))
    if description in ("unknown", "nan"):
        description = ""
    if not part and words and description:  # both are of just this motion
        words.append(description)
    candidates = [Evidence("; ".join(words), facts, events), Evidence(description, facts, events, part)]
    candidates = [evidence for evidence in candidates if evidence.words]
    telling = [evidence for evidence in candidates if claims(evidence)]
    return find_actions((telling or candidates or [Evidence("", facts, events, part)])[0])
