"""Sentences for a motion: what people wrote of it, and what its labels and its kinematics allow us to say.

Ours follow one rule: nothing is said that was neither labelled nor measured. `bandai.py` speaks from
content × style × side, `mocap.py` from the short descriptions of CMU, ACCAD and DeepMimic.
"""

import hashlib
import json
import random
import re

from torch import Tensor

from labkit.motion import Motion
from labkit.prepare.captions import bandai, mocap
from labkit.prepare.kinematics import measure

OURS = 7  # sentences for a clip nobody described
BESIDE_HUMAN = 3  # of ours, where people did
MOST_HUMAN = 5


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


def describe(
    source: str, labels: dict[str, str], motion: Motion, joints: Tensor, human: list[str]
) -> list[str]:
    """Up to 8 distinct sentences that are true of a motion; those people wrote come first.

    labels: "content" and "style" (Bandai); or "description", a phrase such as CMU's "walk, veer left" or the
        name of the clip, "WalkTurnLeft90", and "content", which stands in for it. With neither of them
        (AMASS) the captions are those of people alone.
    joints: (F, 24, 3) world positions, Z up, metres.
    The choice among phrasings depends on the arguments alone.
    """
    known = list(dict.fromkeys(filter(None, map(normalise, human))))[:MOST_HUMAN]
    facts = measure(motion, joints)
    content = [source, sorted(labels.items()), len(motion), [round(v, 2) for v in motion.pelvis[-1].tolist()]]
    seed = hashlib.sha256(json.dumps(content).encode()).digest()
    rng = random.Random(seed)
    if {"content", "style"} <= labels.keys():
        ours = bandai.sentences(labels["content"], labels["style"], facts, rng)
    else:
        ours = mocap.sentences(labels.get("description", ""), labels.get("content", ""), facts, rng)
    wanted = len(known) + BESIDE_HUMAN if known else OURS
    return list(dict.fromkeys(known + ours))[:wanted]
