"""A notebook without its outputs, read in parts.

Outputs and the state of widgets are most of a file and are not graded. They are left out before any limit
applies and before anything is parsed, so that only what is graded has to fit into memory.
"""

import codecs
import json
import re
from collections.abc import Iterable, Iterator

from labkit.errors import LabError

TOKENS = 2_000_000  # strings and brackets outside of outputs, brackets inside of them: some seconds
DROPPED = (b'"outputs"', b'"widgets"')
HELD = 4096  # bytes of the end of a part that may wait for the next part

STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
PLAIN = re.compile(rb'[^"\[\]{}]*+')
SKIPPED = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
VALUE = re.compile(rb"\s*+(?::\s*+)?+")


class Refused(LabError):
    """A file that cannot be graded. The message is for the instructor."""


def without_outputs(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The same JSON with empty outputs and without the state of widgets. Text that is no JSON passes.

    Raises Refused where there are too many values to read.
    """
    stripper = Stripper()
    for part in utf8(parts):
        yield stripper.feed(part)
    yield stripper.waiting


def utf8(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Other encodings of JSON as UTF-8; what is UTF-8 already passes with its errors."""
    decoder = None
    for number, part in enumerate(parts):
        if number == 0 and not (encoding := json.detect_encoding(part)).startswith("utf-8"):
            decoder = codecs.getincrementaldecoder(encoding)("replace")
        yield decoder.decode(part).encode("utf-8", "replace") if decoder else part


class Stripper:
    """Where in the JSON text the reader is."""

    def __init__(self):
        self.waiting = b""  # end of the last part, not yet decided on
        self.depth = 0  # brackets open in a value that is left out; 0 outside of one
        self.inside = False  # of a string
        self.tokens = 0

    def feed(self, part: bytes) -> bytes:
        """What stays of this part."""
        data = self.waiting + part
        kept, start, at = [], 0, 0  # data[start:at] stays, where nothing is being left out
        while at < len(data):
            if self.inside:
                at = STRING.match(data, at).end()
                if data[at : at + 1] != b'"':  # the part ends here, maybe within an escape
                    break
                self.inside = False
                at += 1
            elif self.depth:
                at = SKIPPED.match(data, at).end()
                if at < len(data):
                    self.count()
                    self.inside = data[at] in b'"'
                    self.depth += (data[at] in b"[{") - (data[at] in b"]}")
                    at += 1
                    start = at
            else:
                at = PLAIN.match(data, at).end()
                if data[at : at + 1] != b'"':
                    at += 1
                    self.count()
                    continue
                self.count()
                end = STRING.match(data, at + 1).end() + 1
                value = VALUE.match(data, end).end()
                if value >= len(data) and len(data) - at < HELD:  # is it a name? The next part decides
                    break
                opened = data[value : value + 1]
                if data[at:end] in DROPPED and b":" in data[end:value] and opened in (b"[", b"{"):
                    kept += [data[start:value], opened, b"]" if opened == b"[" else b"}"]
                    self.depth, at = 1, value + 1
                elif end > len(data):
                    self.inside, at = True, at + 1
                else:
                    at = end
        at = min(at, len(data))
        self.waiting = data[at:]
        return b"".join(kept) + (b"" if self.depth else data[start:at])

    def count(self) -> None:
        self.tokens += 1
        if self.tokens > TOKENS:
            raise Refused("far too many values in it: ask for it again without outputs")
