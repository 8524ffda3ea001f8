"""Sentences for the Bandai-Namco Research clips: content × style × side, and what was measured."""

import random
from dataclasses import dataclass

from labkit.prepare.captions.grammar import article, curve, join, side, someone, steps, times, turn
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


def _actions(content: str, facts: Measures) -> list[str]:
    """What is done, as verb phrases; the plainest first."""
    if content in ("wave-left-hand", "wave-right-hand"):
        s = content.split("-")[1]
        return [f"waves with the {s} hand", f"waves the {s} hand", f"lifts the {s} hand and waves",
                f"is waving with the {s} hand", f"waves with the {s} arm"]  # fmt: skip
    if content == "wave-both-hands":
        return ["waves with both hands", "waves both hands", "lifts both hands and waves",
                "is waving with both arms"]  # fmt: skip
    if content in ("raise-up-left-hand", "raise-up-right-hand"):
        s = content.split("-")[2]
        return [f"raises the {s} hand", f"lifts the {s} arm", f"raises the {s} arm", f"lifts the {s} hand up",
                f"puts the {s} hand up", f"is raising the {s} hand"]  # fmt: skip
    if content == "raise-up-both-hands":
        return ["raises both hands", "lifts both arms", "raises both arms", "puts both hands up",
                "lifts up both hands"]  # fmt: skip
    if content in ("walk-turn-left", "walk-turn-right"):
        s = content.split("-")[2]
        return [f"walks and turns {s}", f"turns {s} while walking", f"walks forward and turns to the {s}",
                f"makes a {s} turn while walking", f"is walking and turning to the {s}"]  # fmt: skip
    if content in ("walk-left", "walk-right"):
        s = content.split("-")[1]
        return [f"walks sideways to the {s}", f"sidesteps to the {s}", f"steps sideways to the {s}",
                f"moves sideways to the {s}"]  # fmt: skip
    return {
        "walk": ["walks", "walks forward", "is walking", "is walking forward"],
        "run": ["runs", "runs forward", "is running", "is running forward"],
        "dash": ["dashes forward", "dashes", "is dashing forward", "rushes forward"],
        "walk-back": ["walks backward", "walks backwards", "is walking backward", "steps backward"],
        "bow": ["bows", "takes a bow", "bends forward and bows", "makes a bow"],
        "bye": ["waves goodbye", "says goodbye with a wave", "waves bye"],
        "byebye": ["waves goodbye", "says bye-bye with a wave", "waves bye-bye"],
        "guide": ["shows the way", "gestures to show the way", "points the way with an arm"],
        "respond": ["responds with a gesture", "answers with a gesture"],
        "call": ["calls someone over", "calls out to someone", "beckons someone"],
        "kick": ["kicks", "does a kick", "gives a kick"],
        "punch": ["punches", "throws a punch", "punches forward"],
        "slash": ["slashes with a sword", "swings a sword", "makes a slash as with a sword"],
        "dance-short": ["dances", "is dancing", "does a short dance"],
        "dance-long": ["dances", "is dancing", "performs a dance"],
    }.get(content, [f"does the motion {content.replace('-', ' ')}"])


def _details(content: str, facts: Measures, rng: random.Random) -> list[str]:
    """What measuring adds, to follow the verb phrase."""
    details = []
    if content in ("walk", "run", "dash", "walk-back", "walk-left", "walk-right"):
        details += [steps(facts, rng)]
        if content in ("walk", "run", "dash"):
            details += [curve(facts)]
    if content.startswith("walk-turn") and side(facts.turn) == content.split("-")[2]:
        details += [f"turning {turn(facts)}"]
    if content.startswith("wave"):
        waves = max(facts.left.waves, facts.right.waves)
        if 2 <= waves <= 9:
            details += [times(waves)]
    return [d for d in details if d]


def sentences(content: str, style: str, facts: Measures, rng: random.Random) -> list[str]:
    """Up to eight sentences, a short plain one and one with the style among the first."""
    plain, *others = _actions(content, facts)
    words = STYLES.get(style, Style((), (f"in the {style.replace('-', ' ')} style",)))
    details = _details(content, facts, rng)
    manners = rng.sample(words.manners, len(words.manners))
    rng.shuffle(others)
    verbs = [plain, *others]

    result = [join(someone(rng), plain), join(someone(rng), rng.choice(verbs), manners[0])]
    for detail in details:
        result.append(join(someone(rng), rng.choice(verbs), detail))
    if words.adjectives:
        result.append(join(article(f"{rng.choice(words.adjectives)} person"), rng.choice(verbs)))
    result.append(join(someone(rng), others[0]))
    for manner in manners[1:]:
        detail = rng.choice(details) if details and rng.random() < 0.4 else ""
        result.append(join(someone(rng), rng.choice(verbs), manner, detail and f", {detail}"))
    return list(dict.fromkeys(result))
