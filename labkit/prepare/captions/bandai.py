"""Sentences for the Bandai-Namco Research clips: content × style × side, and what was measured."""

import random
from dataclasses import dataclass

from labkit.prepare.captions.grammar import (
    article,
    join,
    pace,
    side,
    someone,
    steps,
    times,
    turning,
)
from labkit.prepare.kinematics import Measures


@dataclass(frozen=True)
class Style:
    """One style in words. adjectives: before "person"; manners: after the verb."""

    adjectives: tuple[str, ...]
    manners: tuple[str, ...]


_OLD = Style(
    ("old", "elderly"),
    ("like an old person", "like an elderly person", "as if very old", "in the manner of an old person"),
)
_TIRED = Style(
    ("tired", "exhausted", "weary"),
    ("tiredly", "as if exhausted", "wearily", "as if worn out", "with little energy"),
)
_MASCULINE = Style(
    ("masculine", "manly"),
    ("in a masculine way", "in a manly way", "in a masculine manner", "like a tough man"),
)
STYLES = {
    "normal": Style((), ("normally", "in a normal way", "naturally", "in an ordinary way")),
    "active": Style(
        ("lively", "energetic"), ("energetically", "with a lot of energy", "in a lively way", "vigorously")
    ),
    "angry": Style(("angry", "furious"), ("angrily", "in anger", "with anger", "in an angry way")),
    "childish": Style(("childish", "childlike"), ("like a child", "childishly", "in a childish way")),
    "chimpira": Style(
        ("swaggering", "cocky"), ("like a hooligan", "with a swagger", "like a street thug", "in a cocky way")
    ),
    "elderly": _OLD,
    "old": _OLD,
    "exhausted": _TIRED,
    "tired": _TIRED,
    "feminine": Style(
        ("feminine", "ladylike"),
        ("in a feminine way", "like a lady", "in a feminine manner", "in a ladylike way"),
    ),
    "giant": Style(("giant", "huge"), ("like a giant", "as if very big and heavy", "heavily, like a giant")),
    "happy": Style(("happy", "cheerful"), ("happily", "cheerfully", "in a good mood", "joyfully")),
    "masculine": _MASCULINE,
    "masculinity": _MASCULINE,
    "musical": Style(
        ("theatrical",), ("like in a musical", "theatrically", "like an actor in a musical", "as if on stage")
    ),
    "not-confident": Style(
        ("shy", "timid", "insecure"), ("timidly", "without confidence", "shyly", "in an insecure way")
    ),
    "proud": Style(("proud", "self-assured"), ("proudly", "with pride", "in a proud way")),
    "sad": Style(("sad", "gloomy"), ("sadly", "in a sad way", "gloomily", "as if very sad")),
    "youthful": Style(
        ("youthful", "young"),
        ("youthfully", "like a young person", "in a youthful way", "with youthful energy"),
    ),
}


# What is done, the plainest first. {side}: left or right.
ACTIONS = {
    "walk": ("walks", "walks forward", "is walking", "is walking forward"),
    "run": ("runs", "runs forward", "is running", "is running forward"),
    "jog": ("runs", "jogs", "jogs forward", "is jogging", "runs slowly"),
    "dash": ("dashes", "dashes forward", "is dashing forward", "rushes forward"),
    "walk-back": ("walks backwards", "walks backward", "is walking backwards", "steps backwards"),
    "walk-side": ("walks to the {side}", "walks diagonally to the {side}", "is walking to the {side}",
                  "walks toward the {side}"),
    "walk-turn": ("walks and turns {side}", "turns {side} while walking", "makes a {side} turn while walking",
                  "walks forward and turns to the {side}", "is walking and turning to the {side}"),
    "walk-turns": ("walks and turns twice", "turns {side} and then {other} while walking",
                   "walks, turns {side} and then {other}"),
    "wave-hand": ("waves with the {side} hand", "waves the {side} hand", "lifts the {side} hand and waves",
                  "is waving with the {side} hand", "waves with the {side} arm"),
    "wave-both-hands": ("waves with both hands", "waves both hands", "lifts both hands and waves",
                        "is waving with both hands", "waves with both arms"),
    "raise-up-hand": ("raises the {side} hand", "lifts the {side} arm", "raises the {side} arm",
                      "lifts the {side} hand up", "puts the {side} hand up", "is raising the {side} hand"),
    "raise-up-both-hands": ("raises both hands", "lifts both arms", "raises both arms", "puts both hands up",
                            "lifts both hands up", "is raising both arms"),
    "bow": ("bows", "takes a bow", "bends forward to bow", "makes a bow", "is bowing"),
    "bye": ("waves goodbye", "says goodbye with a wave", "waves to say goodbye", "is waving goodbye"),
    "guide": ("shows the way", "makes a gesture to show the way", "is showing the way"),
    "respond": ("responds with a gesture", "gives a sign in response", "answers with a sign"),
    "call": ("calls out", "calls out to someone", "is calling someone", "shouts to someone"),
    "kick": ("kicks", "practices kicks", "is kicking", "does kicks"),
    "punch": ("punches", "throws punches", "is punching", "is boxing"),
    "slash": ("slashes with a sword", "swings a sword", "is slashing with a sword", "makes sword slashes"),
    "dance": ("dances", "is dancing", "performs a dance", "does a dance"),
}  # fmt: skip
_TRAVEL = ("walk", "run", "jog", "dash", "walk-back", "walk-side", "walk-turn", "walk-turns")
# slow and fast, metres a second
_PACE = {"walk": (0.8, 1.35), "walk-turn": (0.75, 1.3), "run": (0.0, 3.0), "walk-back": (0.6, 1.0)}


def _action(content: str, facts: Measures) -> tuple[str, str]:
    """What is done, a key of ACTIONS, and to or with which side, "" for none; where they differ, what was
    measured counts for more than the label: a few of the turns are filed under the wrong side."""
    if content.startswith("walk-turn"):
        if len(facts.turns) == 2 and facts.turns[0] * facts.turns[1] < 0:
            return "walk-turns", side(facts.turns[0])
        return ("walk-turn", side(facts.turn)) if abs(facts.turn) > 30 else ("walk", "")
    if content == "run" and facts.speed < 2.0:
        return "jog", ""
    if content in ("walk-left", "walk-right"):
        return "walk-side", content.removeprefix("walk-")
    if content.endswith(("-left-hand", "-right-hand")):
        verb, hand, _ = content.rsplit("-", 2)
        return f"{verb}-hand", hand
    if content in ("bye", "byebye", "guide", "respond"):
        left, right = facts.left.reach, facts.right.reach
        one = (
            "" if max(left, right) < 0.25 or max(left, right) < 1.7 * min(left, right) else side(left - right)
        )
        return "bye" if content == "byebye" else content, one
    return content.removesuffix("-short").removesuffix("-long"), ""


def _details(action: str, hand: str, facts: Measures, rng: random.Random) -> list[str]:
    """What measuring adds, to follow the verb phrase."""
    details = []
    if action in _TRAVEL:
        details.append(steps(facts, rng))
    if action in _PACE:
        details.append(pace(facts, *_PACE[action], rng))
    if action in ("walk", "run", "jog", "dash", "walk-turn"):
        details.append(turning(facts, rng))
    if action == "walk-side" and abs(facts.gaze) > 25:
        details.append(f"with the head turned to the {side(facts.gaze)}")
    if action.startswith("wave"):
        waves = max(facts.left.waves, facts.right.waves)
        details.append(times(waves) if waves >= 3 else "")
    if action in ("bye", "guide", "respond"):
        both = action == "bye" and min(facts.left.reach, facts.right.reach) > 0.25
        details.append(f"with the {hand} hand" if hand else "with both hands" if both else "")
    if action == "bow" and facts.tilt > 65:
        details.append("deeply")
    if action.startswith("raise"):
        both = action == "raise-up-both-hands"
        arms = (facts.left, facts.right) if both else (facts.left if hand == "left" else facts.right,)
        if all(arm.raised > 0.33 for arm in arms):
            details.append("above the head")
        elif all(abs(arm.raised) < 0.12 for arm in arms):
            details.append("to shoulder height")
        if all(arm.raised_at_end < -0.25 for arm in arms):
            details.append(f"and lowers {'them' if both else 'it'} again")
    return list(filter(None, details))


def sentences(content: str, style: str, facts: Measures, rng: random.Random) -> list[str]:
    """About eight sentences, the short plain one first, then one with the style."""
    action, hand = _action(content, facts)
    name = content.replace("-", " ")
    phrases = ACTIONS.get(
        action, (f"does a {name} motion", f"performs a {name} motion", f"shows a {name} motion")
    )
    other = {"left": "right", "right": "left"}.get(hand, "")
    plain, *others = (phrase.format(side=hand, other=other) for phrase in phrases)
    verbs = [plain, *others]
    words = STYLES.get(style, Style((), (f"in the {style.replace('-', ' ')} style",)))
    details = _details(action, hand, facts, rng)
    manners = rng.sample(words.manners, len(words.manners))

    result = [join(someone(rng), plain), join(someone(rng), rng.choice(verbs), manners[0])]
    for detail in rng.sample(details, len(details))[:2]:
        result.append(join(someone(rng), _fitting(verbs, detail, rng), detail))
    if words.adjectives:
        person = article(f"{rng.choice(words.adjectives)} person")
        detail = rng.choice(details) if details and rng.random() < 0.5 else ""
        result.append(join(person, _fitting(verbs, detail, rng), detail))
    result.append(join(someone(rng), rng.choice(others)))
    for manner in manners[1:]:
        result.append(join(someone(rng), rng.choice(verbs), manner))
    return list(dict.fromkeys(result))


def _fitting(verbs: list[str], detail: str, rng: random.Random) -> str:
    """A verb phrase that the detail can follow without stumbling."""
    clashes = {  # a detail that starts so: what the verb phrase must not contain
        "and ": "is ",  # is raising the hand and lowers it
        "turning": "turn",  # turns left while walking turning left
        "with ": " with ",  # says goodbye with a wave with the right hand
        "above": " up",
        "at a slow": "slowly",
    }
    bad = [word for start, word in clashes.items() if detail.startswith(start)]
    return rng.choice([verb for verb in verbs if not any(word in verb for word in bad)] or ["walks"])
