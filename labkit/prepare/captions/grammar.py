"""Small words that both kinds of sentences need."""

import random
import re

from labkit.prepare.kinematics import Measures

PEOPLE = {"a person": 6, "someone": 3, "the person": 2, "a figure": 1, "a human": 1}
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def someone(rng: random.Random) -> str:
    """A subject for a sentence."""
    return rng.choices(list(PEOPLE), weights=PEOPLE.values())[0]


def article(noun: str) -> str:
    """The noun phrase with its indefinite article: "an old person"."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def third(verb: str) -> str:
    """The verb after "a person": "walk" → "walks", "catch" → "catches"."""
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "go", "do")) else "s")


def gerund(verb: str) -> str:
    """The verb after "is": "walk" → "walking", "run" → "running", "dance" → "dancing"."""
    if verb == "lie":
        return "lying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe")):
        return verb[:-1] + "ing"
    short = re.fullmatch(r"(side)?[^aeiou]*[aeiou][^aeiouwxy]", verb)  # one short vowel, one consonant
    return verb + (verb[-1] if short else "") + "ing"


def join(*parts: str) -> str:
    """The parts that are not empty, as one sentence."""
    return " ".join(p for p in parts if p).replace(" ,", ",")


def times(count: int) -> str:
    """How often: "twice", "three times", "many times"."""
    if count > 6:
        return "many times"
    return {1: "once", 2: "twice"}.get(count) or f"{NUMBERS[count]} times"


def side(amount: float) -> str:
    """The side of a signed amount: positive is left."""
    return "left" if amount > 0 else "right"


def steps(facts: Measures, rng: random.Random) -> str:
    """How many steps, "taking four steps", or nothing where nobody would count."""
    n = facts.steps
    if not 2 <= n <= 10:
        return ""
    vague = "a few" if n <= 5 else "several"
    return rng.choice((f"taking {NUMBERS[n]} steps", f"for {NUMBERS[n]} steps", f"taking {vague} steps"))


def pace(facts: Measures, slow: float, fast: float, rng: random.Random) -> str:
    """The speed against two limits in metres a second, or nothing between them."""
    if facts.speed < slow:
        return rng.choice(("slowly", "at a slow pace"))
    if facts.speed > fast:
        return rng.choice(("quickly", "at a fast pace", "fast"))
    return ""


def turning(facts: Measures, rng: random.Random) -> str:
    """The turns on the way, "turning about 90 degrees to the left", or nothing on a straight one."""
    if len(facts.turns) > 1:
        first, second = facts.turns[:2]
        if first * second < 0 and len(facts.turns) == 2:
            return f"turning {side(first)} and then {side(second)}"
        return "turning several times"
    turn = facts.turns[0] if facts.turns else facts.turn
    if abs(turn) < 30:
        return ""
    s = side(turn)
    angle = min((45, 90, 135, 180, 270, 360), key=lambda usual: abs(usual - abs(turn)))
    phrases = [f"turning {s}", f"turning about {angle} degrees to the {s}"]
    if angle == 45:
        phrases = [f"veering {s}", f"in a slight curve to the {s}"]
    elif angle in (180, 360) and abs(turn) < 400:
        what = "turning around" if angle == 180 else "making a full turn"
        phrases.append(f"{what} to the {s}")
    elif abs(turn) >= 400:
        phrases = [f"turning several times to the {s}"]
    return rng.choice(phrases)
