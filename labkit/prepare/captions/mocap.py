"""Sentences for CMU, ACCAD and DeepMimic clips: from a short description and what was measured."""

import random
import re

from labkit.prepare.captions.grammar import join, someone, steps, turning
from labkit.prepare.kinematics import Measures


def _phrase(description: str) -> str:
    """A description as lower-case words: "Female1_B09_WalkTurnLeft90" → "walk turn left 90"."""
    text = re.sub(r"^(female1|humanoid3d)_([a-d]\d+_)?", "", description, flags=re.IGNORECASE)
    text = re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", text)
    return re.sub(r"[\s_]+", " ", text).strip().lower()


def sentences(description: str, facts: Measures, rng: random.Random) -> list[str]:
    """Up to eight sentences."""
    phrase = _phrase(description)
    verbs = [
        f"performs the motion {phrase}",
        f"acts out {phrase}",
        f"does the following: {phrase}",
        f"shows {phrase}",
    ]
    result = [join(someone(rng), verb) for verb in verbs]
    for detail in filter(None, (steps(facts, rng), turning(facts, rng))):
        result.append(join(someone(rng), "moves", detail))
    return list(dict.fromkeys(result))
