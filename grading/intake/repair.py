"""One submitted file in, a notebook that nbgrader can grade out.

Whatever editors do to a notebook (Colab drops ids and locks, files are renamed, cells copied, moved, split),
the text still says what a cell is: `@exercise(labkit...)`, `labkit.check("...")`, `<!-- answer q3 -->`. So
nothing but the text is believed: metadata, outputs and ids are made anew from the released notebook.
This file reads bytes and touches neither disk nor network: the place for stricter rules.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import nbformat
from nbformat import NotebookNode

from grading.intake.outputs import attached, inert
from labkit.paths import LabError

LIMIT = 64 * 2**20  # bytes; videos in outputs are the bulk of it
VALUES = 4_000_000  # of JSON, which take far more memory than room in the file
CELLS = 12_000
TEXT = 4 * 2**20  # characters in all cells
PICTURE = 8 * 2**20  # characters of one attachment
LOST = "\N{REPLACEMENT CHARACTER}"

TARGET = re.compile(r"^[ \t]*@[ \t]*(?:labkit\.)?exercise\(\s*([\w.]+)\s*\)", re.MULTILINE)
CHECK = re.compile(r"""^[ \t]*(?:labkit\.)?check\(\s*["'](\w+)["']\s*\)""", re.MULTILINE)
ANSWER = re.compile(r"<!--\s*answer\s+(\w+)\s*-->")


class Refused(LabError):
    """A file that cannot be graded. The message is for the instructor."""


@dataclass
class Cell:
    """What is kept of a submitted cell. claims: what its metadata say it is, for want of anything better."""

    kind: str
    source: str
    claims: set[str] = field(default_factory=set)
    attachments: dict = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.source.strip()

    @cached_property
    def marks(self) -> set[str]:
        return marks(self.kind, self.source)


@dataclass(frozen=True)
class Taken:
    assignment: str
    notebook: NotebookNode
    notes: list[str]  # what had to be mended


def take_in(data: bytes, releases: Mapping[str, NotebookNode]) -> Taken:
    """Find out which notebook this is and mend it. Raises Refused where it is none of the course."""
    cells, damage = parse(data)
    assignment = recognise(cells, releases)
    notebook, notes = mend(cells, releases[assignment])
    return Taken(assignment, notebook, damage + notes)


# ------------------------------------------------------------------------------------------------------------
#                                                    Reading
# ------------------------------------------------------------------------------------------------------------


def parse(data: bytes) -> tuple[list[Cell], list[str]]:
    """The cells of a notebook of any format, and what was wrong with the file. Outputs go first."""
    if len(data) > LIMIT:
        raise Refused(f"larger than {LIMIT >> 20} MB: ask for it again without outputs")
    if sum(data.count(mark) for mark in (b"[", b"{", b",")) > VALUES:
        raise Refused("far too many values in it: ask for it again without outputs")
    text = data.decode(json.detect_encoding(data), "replace")
    notes = ["damaged characters"] if text.count(LOST) > data.count(LOST.encode()) else []
    try:
        notebook, end = json.JSONDecoder(strict=False).raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        raise Refused("not a notebook, or cut short: ask for it again") from None
    if text.lstrip()[end:].strip(" \t\r\n\0"):
        notes.append("text below its end ignored")
    given = raw_cells(notebook)
    if len(given) > CELLS:
        raise Refused(f"more than {CELLS} cells: ask for it again without those that are not needed")
    cells = [read_cell(cell) for cell in given]
    if sum(len(cell.source) for cell in cells) > TEXT:
        raise Refused(
            f"more than {TEXT >> 20} MB of text in it: ask for it again without what is pasted there"
        )
    return cells, notes


def raw_cells(notebook: object) -> list:
    """Format 4 keeps cells in one list, formats 2 and 3 in worksheets."""
    if not isinstance(notebook, dict):
        raise Refused("not a notebook: ask for it again")
    if isinstance(notebook.get("cells"), list):
        return notebook["cells"]
    sheets = notebook.get("worksheets")
    sheets = (
        [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)] if type(sheets) is list else []
    )
    if not sheets or not all(isinstance(sheet, list) for sheet in sheets):
        raise Refused("a notebook without cells: ask to have it saved anew in Jupyter or Colab")
    return [cell for sheet in sheets for cell in sheet]


def read_cell(cell: object) -> Cell:
    if not isinstance(cell, dict):
        raise Refused("one of its cells is none: ask to have it saved anew in Jupyter or Colab")
    source = cell.get("source", cell.get("input", ""))  # code was "input" before format 4
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    source = whole(source).replace("\r\n", "\n") if isinstance(source, str) else ""
    metadata = cell.get("metadata") if isinstance(cell.get("metadata"), dict) else {}
    nbgrader = metadata.get("nbgrader") if isinstance(metadata.get("nbgrader"), dict) else {}
    claims = {c for c in (cell.get("id"), nbgrader.get("grade_id")) if isinstance(c, str)}
    kind = cell.get("cell_type")
    if kind == "heading":
        source = f"{'#' * level(cell)} {source}"
    kind = {"heading": "markdown", "html": "markdown"}.get(kind, kind) if isinstance(kind, str) else kind
    return Cell(kind if kind in ("code", "markdown") else "raw", source, claims, pictures(cell))


def whole(text: str) -> str:
    """Without halves of characters, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def level(cell: dict) -> int:
    """Of a heading."""
    found = cell.get("level")
    return found if type(found) is int and 1 <= found <= 6 else 1


def pictures(cell: dict) -> dict[str, dict[str, str]]:
    """A cell's attachments, as far as they are what they should be."""
    found = {}
    for key, bundle in attached(cell.get("attachments")).items():
        if sum(map(len, bundle.values())) <= PICTURE:
            found[whole(key)] = bundle
    return found


def targets(source: str) -> set[str]:
    """What a cell defines: the last name of each `@exercise(...)`, with its class if it is a method."""
    found = set()
    for path in TARGET.findall(source):
        *_, owner, name = ("", *path.split("."))
        found.add(f"{owner}.{name}" if owner[:1].isupper() else name)
    return found


def marks(kind: str, source: str) -> set[str]:
    """What the text says a cell is."""
    said = {f"answer {name}" for name in ANSWER.findall(source)}
    if kind == "code":
        said |= {f"defines {name}" for name in targets(source)}
        said |= {f"check {name}" for name in CHECK.findall(source)}
    return said


# ------------------------------------------------------------------------------------------------------------
#                                                  Recognising
# ------------------------------------------------------------------------------------------------------------


def role(cell: NotebookNode) -> str:
    """What a released cell is for: solution, check, answer, locked or, where anyone may do anything, free."""
    if cell.get("id") == "setup":
        return "locked"
    meta = cell.metadata.get("nbgrader", {})
    if not meta:
        return "free"
    if meta["solution"]:
        return "answer" if meta["grade"] else "solution"
    return "check" if meta["grade"] else "locked"


def name(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id") or cell.id


def recognise(cells: list[Cell], releases: Mapping[str, NotebookNode]) -> str:
    """The assignment that a submission belongs to, by what is in it."""
    said = set().union(*(cell.marks for cell in cells), {cell.text for cell in cells})

    def share(release: NotebookNode) -> int:
        special = [c for c in release.cells if role(c) != "free" and c.id != "setup"]
        return sum(bool(said & {c.source.strip(), *marks(c.cell_type, c.source)}) for c in special)

    ranking = sorted(((share(release), key) for key, release in releases.items()), reverse=True)
    if not ranking or ranking[0][0] == 0:
        raise Refused("no notebook of this course: no exercise and no question of it is in there")
    return ranking[0][1]


# ------------------------------------------------------------------------------------------------------------
#                                                    Mending
# ------------------------------------------------------------------------------------------------------------


def mend(cells: list[Cell], release: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """The submission's text in the released notebook's frame, and what had to be done for that.

    Cells stay in the learner's order, except that a check comes after all code that it is about.
    """
    special = {name(cell): cell for cell in release.cells if role(cell) != "free"}
    owners = {key: find(cells, cell, special) for key, cell in special.items()}
    notes = lost_metadata(cells, owners)
    owner = {i: key for key, indices in owners.items() for i in indices}
    given = {cell.source.strip() for cell in release.cells}

    out: list[tuple[str, NotebookNode]] = []  # (name in the release or "", cell)
    taken: set[int] = set()
    for i, cell in enumerate(cells):
        key = owner.get(i)
        if i in taken:
            continue
        if key is None:
            out.append(("", plain(cell)))
        elif role(special[key]) == "answer":
            if i == owners[key][0]:
                parts = answer_cells(i, cells, owners[key], owner, given)
                taken.update(parts)
                out.append((key, answered([cells[j] for j in parts], special[key])))
                if len(parts) > 1:
                    notes.append(f"{key}: {len(parts)} cells joined")
        elif i != owners[key][-1]:  # of several, the last counts
            if role(special[key]) == "solution":
                out.append(("", plain(cell)))
        elif role(special[key]) == "solution":
            out.append((key, filled(special[key], cell.source)))
        else:
            if cell.text != special[key].source.strip():
                notes.append(f"{key} had been edited")
            out.append((key, filled(special[key], special[key].source)))

    notes += overwritten(cells, owners, special)
    notes += put_back(out, special, given)
    notes += sort_checks(out, special)
    return assemble(out, release), notes


def find(cells: list[Cell], wanted: NotebookNode, special: Mapping[str, NotebookNode]) -> list[int]:
    """Where a released cell is in the submission: by its text, or else by what metadata claim."""
    key, mine = name(wanted), marks(wanted.cell_type, wanted.source)
    if role(wanted) in ("solution", "answer"):
        found = [i for i, cell in enumerate(cells) if cell.marks & mine]
    else:
        found = [i for i, cell in enumerate(cells) if cell.text == wanted.source.strip()]
    if not found:
        others = set().union(*(marks(c.cell_type, c.source) for c in special.values())) - mine
        found = [i for i, cell in enumerate(cells) if key in cell.claims and not cell.marks & others]
    return found


def lost_metadata(cells: list[Cell], owners: Mapping[str, list[int]]) -> list[str]:
    lost = [key for key, indices in owners.items() if any(key not in cells[i].claims for i in indices)]
    claimed = [claim for cell in cells for claim in cell.claims]
    notes = [f"metadata of {len(lost)} cells restored"] if lost else []
    double = sorted({key for key in owners if claimed.count(key) > 1 and len(owners[key]) > 1})
    return notes + [f"{key} was there {len(owners[key])} times" for key in double]


def overwritten(
    cells: list[Cell], owners: Mapping[str, list[int]], special: Mapping[str, NotebookNode]
) -> list[str]:
    """Functions that several cells define: worth a word, since only the last definition is checked."""
    notes = []
    for key, indices in owners.items():
        if role(special[key]) == "solution":
            defined = [target for i in indices for target in targets(cells[i].source)]
            if len(defined) > len(set(defined)):
                notes.append(f"{key} is written more than once: the last counts")
    return notes


def answer_cells(
    first: int, cells: list[Cell], own: list[int], owner: Mapping[int, str], given: set[str]
) -> list[int]:
    """An answer's own cell, its copies, and the learner's text right below it."""
    found = set(own)
    for i in range(first + 1, len(cells)):
        if i in found:
            continue
        if i in owner or cells[i].kind != "markdown" or cells[i].text in given:
            break
        found.add(i)
    return sorted(found)


def answered(parts: list[Cell], wanted: NotebookNode) -> NotebookNode:
    """One answer of one or more cells; those that hold nothing but the placeholder count for nothing."""
    marker = ANSWER.search(wanted.source)[0]
    empty = wanted.source.replace(marker, "").strip()
    texts = [ANSWER.sub("", part.source).strip() for part in parts]
    texts = [text for text in dict.fromkeys(texts) if text not in ("", empty)]
    cell = filled(wanted, "\n\n".join([marker, *texts]) if texts else wanted.source)
    attachments = {k: v for part in parts for k, v in part.attachments.items()}
    if attachments:
        cell.attachments = nbformat.from_dict(attachments)
    return cell


def put_back(
    out: list[tuple[str, NotebookNode]], special: Mapping[str, NotebookNode], given: set[str]
) -> list[str]:
    """Insert what is missing below what comes before it in the release."""
    notes, missing, at = [], [], 0
    for key, wanted in special.items():
        present = [i for i, (other, _) in enumerate(out) if other == key]
        if present:
            at = present[0] + 1
            continue
        cell = filled(wanted, wanted.source)
        if role(wanted) == "answer":  # its marker may be gone, and the answer there all the same
            below = at
            while below < len(out) and is_text(out[below], given):
                below += 1
            if below > at:
                parts = [
                    Cell("markdown", c.source, set(), c.get("attachments", {})) for _, c in out[at:below]
                ]
                cell = answered(parts, wanted)
                del out[at:below]
                notes.append(f"{key} known by its place")
        if cell.source == wanted.source:
            missing.append(key)
        out.insert(at, (key, cell))
        at += 1
    return notes + ([f"put back: {', '.join(missing)}"] if missing else [])


def is_text(entry: tuple[str, NotebookNode], given: set[str]) -> bool:
    key, cell = entry
    return not key and cell.cell_type == "markdown" and cell.source.strip() not in given


def sort_checks(out: list[tuple[str, NotebookNode]], special: Mapping[str, NotebookNode]) -> list[str]:
    """Move a check below the last cell that defines what it checks."""
    notes = []
    for key, wanted in special.items():
        exercise = special.get(key.removeprefix("check-"))
        if role(wanted) != "check" or exercise is None:
            continue
        at = next(i for i, (other, _) in enumerate(out) if other == key)
        last = max(i for i, (_, cell) in enumerate(out) if defines(cell, exercise))
        if last > at:
            out.insert(last, out.pop(at))
            notes.append(f"{key} moved below its code")
    return notes


def defines(cell: NotebookNode, exercise: NotebookNode) -> bool:
    return cell.cell_type == "code" and (
        bool(targets(cell.source) & targets(exercise.source)) or name(cell) == name(exercise)
    )


def filled(wanted: NotebookNode, source: str) -> NotebookNode:
    """A released cell with other text in it."""
    cell: Any = nbformat.from_dict({**wanted, "source": source})
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    return cell


def plain(cell: Cell) -> NotebookNode:
    """A cell of the learner's own."""
    make = getattr(nbformat.v4, f"new_{cell.kind}_cell")
    node = make(cell.source)
    if cell.attachments and cell.kind == "markdown":
        node.attachments = nbformat.from_dict(cell.attachments)
    return node


def assemble(out: list[tuple[str, NotebookNode]], release: NotebookNode) -> NotebookNode:
    """A valid notebook; the learner's own cells are numbered, so that no id can be there twice.

    Text that is not the released one loads nothing, whoever opens it.
    """
    notebook = nbformat.v4.new_notebook(metadata=release.metadata)
    given = {cell.source.strip() for cell in release.cells}
    for i, (key, cell) in enumerate(out):
        if not key:
            cell.id = f"learner-{i}"
        if cell.cell_type == "markdown" and cell.source.strip() not in given:
            cell.source = inert(cell.source)
        notebook.cells.append(cell)
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        raise Refused(f"cannot be made a valid notebook ({error.message[:100]})") from None
    return notebook
