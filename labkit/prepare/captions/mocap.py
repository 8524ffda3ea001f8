"""Sentences for CMU, ACCAD and DeepMimic clips: from a short description and what was measured.

A description is CMU's ("run/jog, veer left"), or the name of the clip ("WalkTurnLeft90"). Long recordings are
cut into pieces, and a piece need not show all that the description lists: phrases for these stay general.
"""

import random
import re
from collections.abc import Callable

from labkit.prepare.captions.grammar import (
    article,
    gerund,
    join,
    pace,
    side,
    someone,
    steps,
    third,
    times,
    turning,
)
from labkit.prepare.captions.phrases import ACTIONS, VERBS
from labkit.prepare.kinematics import Measures

# What a scene in ACCAD goes through: "walk to hop to walk".
_SCENES = {
    "stand": "stands", "walk": "walks", "run": "runs", "skip": "skips", "hop": "hops", "leap": "leaps",
    "jump": "jumps", "crouch": "crouches", "lie": "lies down", "walk back": "walks backwards",
    "walk backwards": "walks backwards", "run backwards": "runs backwards", "pick up box": "picks up a box",
    "put down box": "puts down a box",
}  # fmt: skip
# Words that say no more of walking or running than can be measured.
_PLAIN = {
    *("walk", "run", "jog", "straight", "forward", "backward", "backwards", "slow", "brisk", "fast", "quick"),
    *("normal", "long", "stride", "left", "right", "turn", "turns", "veer", "90-degree", "45", "90", "135"),
    *("180", "degrees", "around", "change", "direction", "and", "the"),
}  # fmt: skip
_BALLET = {
    "pirouette": "a pirouette", "arabesque": "an arabesque", "jete": "a leap", "turn": "a turn",
    "bending back": "a bend backwards", "cartwheel": "a cartwheel",
}  # fmt: skip


def phrase(description: str) -> str:
    """A description as words in lower case: "Female1_B09_WalkTurnLeft90" → "walk turn left 90"."""
    text = re.sub(r"^(female1|humanoid3d)_([a-d]\d+_)?", "", description, flags=re.IGNORECASE)
    text = re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", text).replace("_", " ").lower()
    text = re.sub(r"^(.*) \(human subject\)$", lambda animal: f"act like {article(animal[1])}", text)
    text = re.sub(r"\(.*?\)|\b[st]\d\b|\bmirror\b|^playground - ", "", text)  # remarks, takes, parts
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r" (\d|0\d+)( degrees)?$", "", text)
    return text


def sentences(description: str, category: str, facts: Measures, rng: random.Random) -> list[str]:
    """Up to eight sentences, a short plain one first. category: CMU's, for trials without a description."""
    words = phrase(description)
    if words in ("unknown", "nan", ""):
        words = phrase(category)
    if not words:
        return []
    verbs, details = _action(words, facts, rng)
    details = [d for d in details if d]
    result = [join(someone(rng), verbs[0])]
    for detail in details:
        stem = detail[:4] if detail.split()[0].endswith("ing") else detail  # not "turns around turning left"
        fits = [verb for verb in verbs if stem not in verb]
        if fits:
            result.append(join(someone(rng), rng.choice(fits), detail))
    result += [join(someone(rng), verb) for verb in rng.sample(verbs[1:], len(verbs) - 1)]
    result += [join(someone(rng), rng.choice(verbs)) for _ in range(8)]
    return list(dict.fromkeys(result))[:8]


def _action(words: str, facts: Measures, rng: random.Random) -> tuple[list[str], list[str]]:
    """What is done, the plainest first, and details that may follow."""
    tokens = set(re.split(r"[ ,/]+", words))
    if words in ACTIONS:
        return list(ACTIONS[words]), [_foot(words, facts), _spin(facts)]
    if tokens & {"walk", "run", "jog"} and tokens <= _PLAIN:
        return _travel("run" if tokens & {"run", "jog"} else "walk", facts, rng)
    if re.match(r"(forward |high )?jump$", words):
        return _jump(facts, rng)
    if words.startswith(("side step", "sidestep")) and abs(facts.sideways) > 0.3:
        s = side(facts.sideways)
        return [f"steps sideways to the {s}", f"sidesteps to the {s}", f"moves sideways to the {s}",
                f"takes side steps to the {s}"], [steps(facts, rng)]  # fmt: skip
    if words.startswith("basketball"):
        return _basketball(words), [turning(facts, rng) if "shoot" not in words else ""]
    if words.startswith("dance - "):
        return _ballet(words, facts), [_spin(facts)]
    if words.startswith("climb,"):
        return list(ACTIONS["playground"]), []
    scenes = [_SCENES.get(scene) for scene in words.split(" to ")]
    if len(scenes) > 1 and all(scenes):
        return _scenes(scenes), [turning(facts, rng)]
    return _told(words), []


def _travel(gait: str, facts: Measures, rng: random.Random) -> tuple[list[str], list[str]]:
    """Walking or running, told by what was measured: the way it goes, its pace, steps and turns."""
    if facts.distance < 0.5:
        return [f"is about to {gait}", "hardly moves", "stays almost in place"], []
    way = " forward" if facts.forward > 0.7 * facts.distance else ""
    if facts.forward < -0.7 * facts.distance:
        way = " backwards"
    elif abs(facts.sideways) > 0.8 * facts.distance:
        way = f" sideways to the {side(facts.sideways)}"
    verbs = [f"{gait}s{way}", f"is {gerund(gait)}{way}"]
    verbs += [f"{gait}s along"] if way in ("", " forward") else [f"moves{way} at a {gait}"]
    if gait == "run" and facts.speed < 2.8:
        verbs += [f"jogs{way}", f"is jogging{way}"]
    elif way == " forward":
        verbs += [f"{gait}s", f"{gait}s ahead"]
    if len(facts.turns) == 1 and abs(facts.turn) < 240:
        s = side(facts.turn)
        verbs[2:] = [f"{gait}s{way} and turns {s}", f"turns to the {s} while {gerund(gait)}"]
    slow, fast = (0.9, 1.6) if gait == "walk" else (0.0, 3.6)
    return verbs, [pace(facts, slow, fast, rng), steps(facts, rng), turning(facts, rng)]


def _jump(facts: Measures, rng: random.Random) -> tuple[list[str], list[str]]:
    way = " forward" if facts.forward > 0.5 else ""
    verbs = [f"jumps{way}", f"takes a jump{way}", f"is jumping{way}", f"leaps{way}"]
    return verbs, [times(facts.jumps) if facts.jumps > 1 else "", turning(facts, rng)]


def _basketball(words: str) -> list[str]:
    way = next((f" {w}" for w in ("forward", "backward", "sideways") if w in words), "")
    verbs = [
        f"dribbles a basketball{way}",
        f"plays basketball and dribbles{way}",
        f"is dribbling a ball{way}",
    ]
    if "shoot" in words:
        verbs = [
            "dribbles and shoots a basketball",
            "plays basketball and shoots",
            "throws a basketball at the hoop",
        ]
    if "signal" in words:
        verbs = ["gives basketball signals", "signals like a basketball referee", "makes basketball signals"]
    return verbs


def _ballet(words: str, facts: Measures) -> list[str]:
    verbs = ["dances", "dances ballet", "performs a modern dance", "dances with graceful movements"]
    moves = [move for word, move in _BALLET.items() if word in words]
    if moves and facts.seconds < 9.9:  # a piece may not show them
        verbs += [f"dances with {' and '.join(moves[:2])}", f"does {moves[0]} in a dance"]
    return verbs


def _spin(facts: Measures) -> str:
    return f"spinning to the {side(facts.turn)}" if len(facts.turns) == 1 and abs(facts.turn) > 300 else ""


def _foot(words: str, facts: Measures) -> str:
    """The foot of a kick, where one was clearly higher."""
    higher = facts.left.foot_raised - facts.right.foot_raised
    if words not in ("kick", "soccer - kick ball") or abs(higher) < 0.15:
        return ""
    return f"with the {side(higher)} foot"


def _scenes(scenes: list[str]) -> list[str]:
    """What follows one another, in several ways: "walks, hops, then walks"."""
    *rest, last = scenes
    if len(rest) == 1:
        return [f"{rest[0]} and then {last}", f"{rest[0]}, then {last}", f"first {rest[0]}, then {last}"]
    told = ", ".join(rest)
    return [
        f"{told}, then {last}",
        f"{told} and finally {last}",
        f"first {', then '.join(rest)}, and in the end {last}",
    ]


def _told(words: str) -> list[str]:
    """Phrases around a description that is in no table: its verbs put right, else safe grammar."""
    parts = re.split(r", |; |/| - ", words)
    if re.match(r"[a-z]{2,}ing\b", words):
        return [f"is {words}", f"can be seen {words}", f"is busy {words}"]
    if all(_is_told(part) for part in parts):
        does, doing = (_listed([_inflect(part, form) for part in parts]) for form in (third, gerund))
        return [does, f"is {doing}", f"can be seen {doing}"]
    if len(parts) == 1 and len(words.split()) < 4:
        return [f"performs {article(words)} motion", f"acts out {article(words)} motion", f"acts out {words}"]
    return [f"does the following: {words}", f"acts out this: {words}", f"moves as in: {words}"]


def _is_told(part: str) -> bool:
    """Whether it begins with a verb: "jump forward", but not "jump stop", which is a name."""
    first, second, *_ = [*part.split(), "", ""]
    return first in VERBS and second not in VERBS


def _inflect(part: str, form: Callable[[str], str]) -> str:
    """The verbs of "walk forward and turn" in a form; not "knees" in "on hands and knees"."""
    clauses = [clause.split(maxsplit=1) for clause in part.split(" and ")]
    return " and ".join(" ".join([form(c[0]) if c[0] in VERBS else c[0], *c[1:]]) for c in clauses if c)


def _listed(parts: list[str]) -> str:
    *rest, last = parts
    return f"{', '.join(rest)} and {last}" if rest else last
