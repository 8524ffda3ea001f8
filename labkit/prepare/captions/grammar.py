"""Small words that both kinds of sentences need."""

import random

from labkit.prepare.kinematics import Measures

PEOPLE = ("a person", "someone", "the person", "a figure", "a human")
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def article(noun: str) -> str:
    """The noun phrase with its indefinite article: "an old person"."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def times(count: int) -> str:
    """How often: "once", "twice", "three times"."""
    return {1: "once", 2: "twice"}.get(count) or f"{NUMBERS[count]} times"


def join(*parts: str) -> str:
    """The parts that are not empty, as one sentence."""
    return " ".join(p for p in parts if p).replace(" ,", ",")


def someone(rng: random.Random) -> str:
    """A subject for a sentence."""
    return rng.choices(PEOPLE, weights=(6, 3, 2, 1, 1))[0]


def side(amount: float) -> str:
    """The side of a signed amount: positive is left."""
    return "left" if amount > 0 else "right"


def steps(facts: Measures, rng: random.Random) -> str:
    """How many steps were taken, or nothing where it is not worth counting: "taking four steps"."""
    n = facts.steps
    if not 2 <= n <= 10:
        return ""
    vague = "a few" if n <= 5 else "several"
    return rng.choice((f"taking {NUMBERS[n]} steps", f"for {NUMBERS[n]} steps", f"taking {vague} steps"))


def curve(facts: Measures) -> str:
    """The way a path bends, or nothing for a straight one: "in a curve to the left"."""
    if abs(facts.turn) < 30:
        return ""
    if abs(facts.turn) > 300:
        return f"in a full circle to the {side(facts.turn)}"
    return f"in a curve to the {side(facts.turn)}"


def turn(facts: Measures) -> str:
    """How far the body turned, to the nearest usual angle: "90 degrees to the left"."""
    angle = min((45, 90, 135, 180, 270, 360), key=lambda a: abs(a - abs(facts.turn)))
    return f"about {angle} degrees to the {side(facts.turn)}"
