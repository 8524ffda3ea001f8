"""Sentences for actions: bodies of their families in all forms, as people would type them."""

import random
import re
from collections.abc import Sequence
from functools import cache

from labkit_data.captions import families
from labkit_data.captions.evidence import ActionMatch
from labkit_data.captions.grammar import (
    article,
    in_order,
    inflect,
    join,
    pronouns,
    someone,
)
from labkit_data.captions.styles import STYLES, Style

FORMS = {"third": 60, "gerund": 20, "order": 14, "bare": 6}
SIDED = 0.75  # of the sentences of a sided action name its side
STYLED = 0.55  # of the sentences of a clip with a style
TRIES = 12  # for each sentence wanted
# Common side actions: captions never contain them instead of a specific action.
PLAIN = {
    "walk", "jog", "run", "stand", "stand and move", "turn", "walk and turn", "run and turn", "walk about",
    "run about", "walk and turn twice", "walk and turn around", "walk backwards", "sidestep",
    "walk diagonally",
}  # fmt: skip


@cache
def _bodies(family: str, known: frozenset[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The bodies of a family that a set of slots can fill: (body, all that it can say)."""
    found = []
    for body in families.table()[family]:
        texts = tuple(text for text in families.expand(body) if families.slots(text) <= known)
        if texts:
            found.append((body, texts))
    return tuple(found)


def _body(action: ActionMatch, rng: random.Random, plain: bool = False) -> str:
    """One thing to say of an action, its slots filled; pronouns and verbs are still marked."""
    bodies = _bodies(action.family, frozenset(action.slots))
    if plain:
        sided = [texts for _, texts in bodies[:2] if any("{side}" in s for s in texts)]
        text = (sided[0] if sided else bodies[0][1])[0]
    else:
        text = ""
        for _ in range(4):
            text = rng.choice(rng.choice(bodies)[1])
            if "side" not in action.slots or rng.random() > SIDED or "{side}" in text or "{foot}" in text:
                break
    for slot, value in action.slots.items():
        text = text.replace(f"{{{slot}}}", value)
    return re.sub(r"\s+", " ", text).strip()


def sentences(actions: Sequence[ActionMatch], style: str, rng: random.Random, wanted: int) -> list[str]:
    """`wanted` different sentences, fewer where there is no more to say; the first one is short and plain."""
    words = STYLES.get(style, Style((), (f"in the {style.replace('-', ' ')} style",) if style else ()))
    actions = [
        ActionMatch(a.family, a.slots | (a.alone if len(actions) == 1 else {}), a.start, a.side)
        for a in actions
    ]
    special = [a for a in actions if a.family not in PLAIN]
    without = {"feminine": "m", "masculine": "f", "masculinity": "f"}.get(style, "")
    first = _sentence(actions, Style((), ()), without, rng, plain=True)
    found = {first: None}
    for _ in range(TRIES * wanted):
        if len(found) >= wanted:
            break
        chosen = actions
        if len(actions) > 1 and special and rng.random() < 0.3:
            chosen = [rng.choice(special)]
        spoken = words if rng.random() < STYLED else Style((), ())
        found.setdefault(_sentence(chosen, spoken, without, rng), None)
    return list(found)


def _sentence(
    actions: Sequence[ActionMatch], style: Style, without: str, rng: random.Random, plain: bool = False
) -> str:
    bodies = [_body(action, rng, plain) for action in actions]
    form = "third" if plain else rng.choices(list(FORMS), weights=FORMS.values())[0]
    if any(re.match(r"be ", body) for body in bodies) and form != "third":
        form = "third"
    seen: list[tuple[str, str]] = []
    for i, action in enumerate(actions):
        if (action.family, action.side) in seen and not re.search(r"again|on$", bodies[i]):
            bodies[i] += " again"
        seen.append((action.family, action.side))
    does = [inflect(body, "gerund" if form == "bare" else form) for body in bodies]
    subject = "a person" if plain else someone(rng, without)
    manner = ""
    if (style.manners or style.adjectives) and len(actions) == 1:
        if style.adjectives and form in ("third", "gerund") and rng.random() < 0.4:
            subject = article(f"{rng.choice(style.adjectives)} person")
        elif not re.search(r"ly\b| like | as if |fast|pace", does[0]):
            manner = rng.choice(style.manners)
    if form in ("order", "bare"):
        subject = ""
    phrases = (
        in_order(does, rng)
        if not plain
        else " and then ".join(does[:2])
        if len(does) < 3
        else in_order(does, rng)
    )
    verb = "is" if form == "gerund" else ""
    text = pronouns(join(phrases, manner), "" if form == "order" else subject or "someone", rng, without)
    return join(subject, verb, text)
