"""The styles of the Bandai-Namco Research clips in words."""

from dataclasses import dataclass


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


def style_words(style: str) -> tuple[str, ...]:
    """The part of a caption that describes the style of an action."""
    if not style:
        return ()
    words = STYLES.get(style, Style((), ()))
    return (*words.adjectives, *words.manners, style.replace("-", " "))
