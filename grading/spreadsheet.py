"""Tables that spreadsheets read and write."""

import csv
import io
import re
from pathlib import Path

from labkit.paths import LabError, atomic_write, existing_file


def defuse(text: str) -> str:
    """Text that a spreadsheet will not take for a formula (OWASP: CSV injection)."""
    return f"'{text}" if re.match(r"\s*[=+\-@\t\r]", text) else text


def restore(text: str) -> str:
    """The other way round."""
    return text[1:] if text.startswith("'") and defuse(text[1:]) == text else text


def write_csv(path: Path, rows: list[list[object]]) -> None:
    """Write rows as spreadsheets like them: a byte order mark tells Excel that it is UTF-8."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    with atomic_write(path) as temporary:
        temporary.write_bytes(text.getvalue().encode("utf-8-sig"))


def read_csv(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Rows of a CSV file, whichever of ``, ; tab`` a spreadsheet put between them. Raises LabError."""
    try:
        text = existing_file(path, "table").read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LabError(f"{path} is not UTF-8: save it as 'CSV UTF-8'") from None
    tables = []
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
