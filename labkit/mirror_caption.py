"""Left and right in a caption."""

import re

_PAIRS = {
    "left": "right",
    "lefts": "rights",
    "leftward": "rightward",
    "leftwards": "rightwards",
    "counterclockwise": "clockwise",
}
_MIRRORED = _PAIRS | {right: left for left, right in _PAIRS.items()}
# "anticlockwise" mirrors too, but back comes our spelling of it.
_MIRRORED |= {"anticlockwise": "clockwise", "counter-clockwise": "clockwise", "anti-clockwise": "clockwise"}

# "right" without a side. The same words protect "left", so that a mirror of a mirror is the caption itself.
_SIDE = re.compile(
    rf"(?<!\ball )\b({'|'.join(sorted(_MIRRORED, key=len, reverse=True))})\b(?! (?:away|now|angles?)\b)",
    re.IGNORECASE,
)


def mirror_caption(text: str) -> str:
    """The caption of the motion seen in a mirror: left and right, clockwise and counterclockwise swapped.

    "right away", "right now", "right angle" and "all right" stay, and so does "upright". Mirroring twice
    gives the caption back, apart from the spelling of "counterclockwise".
    """

    def swap(match: re.Match) -> str:
        word = match[0]
        other = _MIRRORED[word.lower()]
        return other.upper() if word.isupper() else other.capitalize() if word[0].isupper() else other

    return _SIDE.sub(swap, text)
