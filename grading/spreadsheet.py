"""Tables that spreadsheets read and write."""

import csv
import io
import re
from pathlib import Path

from labkit.paths import LabError, atomic_write, existing_file

# White space, quotes and apostrophes in front of a sign that begins a formula
SIGN = re.compile(r"""(?<![\s"])(?!(?<=')')([\s"]*+)('*+)(?=[=+\-@＝＋－＠])""")
CELL = 32_000  # characters; Excel cuts longer cells, or breaks their rows
CUT = " ... (cut: the notebook has all of it)"
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d+)?")
BREAKS = set("\t\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")


def begins_cell(match: re.Match) -> bool:
    """Does a cell begin there, whichever separator a spreadsheet splits the table at?"""
    before = match.string[match.start() - 1 : match.start()]
    return not before or before in ",;|" or not BREAKS.isdisjoint(match[1])


def defuse(text: str) -> str:
    """Text that a spreadsheet does not parse as a formula (OWASP: CSV injection): ' in front of its signs."""
    return SIGN.sub(lambda m: f"{m[1]}'{m[2]}" if begins_cell(m) else m[0], text)


def restore(text: str) -> str:
    """The inverse of `defuse`."""
    return SIGN.sub(lambda m: f"{m[1]}{m[2][1:]}" if begins_cell(m) else m[0], text)


def short(text: str) -> str:
    """As much of a text as a cell of a spreadsheet can hold."""
    return text if len(text) <= CELL else text[: CELL - len(CUT)] + CUT


def same_number(original: str, shown: str) -> bool:
    """Whether a spreadsheet may have made `shown` of a number in a text: 0012345 → 12345, 1E5 → 100000 or
    1,00E+05, 123456789012 → 1.23E+11."""
    if not (NUMBER.fullmatch(original) and NUMBER.fullmatch(shown)):
        return False
    original, shown = original.replace(",", "."), shown.replace(",", ".")
    if float(original) == float(shown):
        return True
    digits, exponent, _ = shown.upper().partition("E")
    places = len(digits.partition(".")[2])
    return bool(exponent) and f"{float(original):.{places}E}" == f"{float(shown):.{places}E}"


def write_csv(path: Path, rows: list[list[object]]) -> None:
    """Write rows for spreadsheets: every cell in quotes; by a byte order mark Excel recognises UTF-8."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    with atomic_write(path) as temporary:
        temporary.write_bytes(text.getvalue().encode("utf-8-sig"))


def read_csv(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Rows of a CSV file, whichever of ``, ; tab`` a spreadsheet put between them. Raises LabError."""
    try:
        text = existing_file(path, "table").read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LabError(f"{path} is not UTF-8: save it as 'CSV UTF-8'") from None
    tables = []
    csv.field_size_limit(max(len(text), csv.field_size_limit()))
    for delimiter in ",;\t":
        try:
            rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error:
            continue
        if rows and set(columns) <= set(rows[0]):
            tables.append(rows)
    if not tables:
        wanted = f"the columns {', '.join(columns)}" if columns else "the names of its columns"
        raise LabError(f"{path} needs a first line with {wanted}, and rows below it")
    best = max(tables, key=lambda rows: len(rows[0]))
    return [{k: v or "" for k, v in row.items() if isinstance(k, str)} for row in best]
