"""Text files as programs of any system write them."""

import codecs
from pathlib import Path

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read_text(path: str | Path) -> str:
    """The content of a file in UTF-8 or UTF-16, with or without a byte-order mark, lines ending in \\n.

    Bytes that are no text become replacement characters; the end that DOS marks is left out.
    """
    data = Path(path).read_bytes()
    wide = {b"\0": "utf-16-be"}.get(data[:1]) or {b"\0": "utf-16-le"}.get(data[1:2], "utf-8")
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), wide)
    return data.decode(encoding, "replace").replace("\r\n", "\n").replace("\r", "\n").rstrip("\0\x1a")


def with_points(line: str) -> str:
    """A line of numbers with decimal points, also where it was written with decimal commas."""
    return line.replace(",", ".") if "." not in line else line


def numbers_apart(line: str) -> str:
    """A line of several numbers with decimal points and spaces, also where commas or semicolons were between
    them."""
    line = line.replace(";", " ")
    if "," in line and ("." in line or len(line.split()) == 1):
        return line.replace(",", " ")
    return with_points(line)


def any_case(suffix: str) -> str:
    """A pattern for `Path.glob` that matches a suffix in capitals, too: ".bvh" → ".[bB][vV][hH]"."""
    return "".join(f"[{c.lower()}{c.upper()}]" if c.isalpha() else c for c in suffix)
