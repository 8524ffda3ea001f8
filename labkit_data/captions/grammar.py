"""Grammar: subjects, forms of verbs, pronouns, and several actions in one sentence."""

import random
import re
from collections.abc import Sequence

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

# Subject → how often, and whether it is "f", "m" or unknown.
PEOPLE = {
    "a person": (30, ""),
    "someone": (14, ""),
    "the person": (12, ""),
    "a man": (10, "m"),
    "the man": (7, "m"),
    "a woman": (6, "f"),
    "the woman": (3, "f"),
    "a figure": (4, ""),
    "the figure": (4, ""),
    "a human": (3, ""),
    "somebody": (2, ""),
    "he": (3, "m"),
    "she": (2, "f"),
}
_PRONOUNS = {"m": ("his", "himself"), "f": ("her", "herself"), "": ("their", "themselves")}
_IRREGULAR = {"be": "is", "have": "has"}
_DOUBLED = {
    "squat": "squatting",
    "lie": "lying",
    "die": "dying",
    "be": "being",
    "begin": "beginning",
    "limp": "limping",
}


def someone(rng: random.Random, without: str = "") -> str:
    """A subject for a sentence; without: "m" or "f"."""
    people = {name: weight for name, (weight, gender) in PEOPLE.items() if not gender or gender != without}
    return rng.choices(list(people), weights=people.values())[0]


def article(noun: str) -> str:
    """The noun phrase with its indefinite article: "an old person"."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def third(verb: str) -> str:
    """The verb after "a person": "walk" → "walks", "catch" → "catches"."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "go", "do")) else "s")


def gerund(verb: str) -> str:
    """The verb after "is": "walk" → "walking", "run" → "running", "dance" → "dancing"."""
    if verb in _DOUBLED:
        return _DOUBLED[verb]
    if verb.endswith("e") and not verb.endswith(("ee", "oe")):
        return verb[:-1] + "ing"
    short = re.fullmatch(
        r"(side|zig|jump)?[^aeiou]*[aeiou][^aeiouwxy]", verb
    )  # one short vowel, one consonant
    return verb + (verb[-1] if short else "") + "ing"


def inflect(body: str, form: str) -> str:
    """A body in a form, its marks taken away: "third", "gerund" or "order".

    The first word is a verb, others are marked by a star.
    """
    bend = {"third": third, "gerund": gerund, "order": str}[form]
    return re.sub(r"\*([a-z]+)", lambda match: bend(match[1]), "*" + body)


def pronouns(text: str, subject: str, rng: random.Random, without: str = "") -> str:
    """{their}, {self} and {they} filled so that they agree with the subject; "" is one who gets an order.

    without: "m" or "f", never used for a subject of unknown gender.
    """
    if not subject:
        own, self_, they = "your", "yourself", "you"
    else:
        gender = PEOPLE.get(subject, (0, ""))[1]
        own, self_ = _PRONOUNS[gender or ("m" if rng.random() < 0.35 and without != "m" else "")]
        they = "they"
    return text.replace("{their}", own).replace("{self}", self_).replace("{they}", they)


def join(*parts: str) -> str:
    """The parts that are not empty, as one sentence."""
    return " ".join(p for p in parts if p).replace(" ,", ",")


def in_order(does: Sequence[str], rng: random.Random) -> str:
    """What follows one another, as one phrase: "walks, hops and then walks again"."""
    if len(does) == 1:
        return does[0]
    *rest, last = does
    listed = ", ".join(rest)
    ways = [f"{listed} and then {last}", f"{listed}, then {last}", f"{listed} and {last}"]
    if len(does) == 2:
        ways += [f"first {rest[0]}, then {last}", f"{listed} and then {last}"]
    else:
        ways += [f"{rest[0]}, then {' and '.join(rest[1:])}, then {last}", f"{listed} and finally {last}"]
    return rng.choice(ways)


def times(count: int) -> str:
    """How often: "twice", "three times", "many times"."""
    if count > 6:
        return "many times"
    return {1: "once", 2: "twice"}.get(count) or f"{NUMBERS[count]} times"


def side_of(amount: float) -> str:
    """The side of a signed amount: positive is left."""
    return "left" if amount > 0 else "right"
