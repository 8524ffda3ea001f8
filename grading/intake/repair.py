"""One submitted file in, notebooks that nbgrader can grade out.

Editors change notebooks: Colab drops ids and locks, files are renamed, cells are copied, moved, split and
joined. The text still identifies a cell: `@exercise(labkit...)`, `labkit.check("...")`, `<!-- answer q3 -->`.
Only the text is trusted: metadata, outputs and ids are taken from the released notebook. Repairing a repaired
notebook changes nothing. This module reads bytes and uses neither disk nor network.
"""

import ast
import hashlib
import itertools
import json
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import nbformat
from nbformat import NotebookNode

from grading.intake.outputs import attached, inert, whole_number
from grading.intake.strip import Refused, without_outputs

LIMIT = 64 * 2**20  # bytes without outputs
SMALLER = "its outputs do not count, so ask for it again with fewer or smaller pictures"
VALUES = 4_000_000  # of JSON, which need far more memory than space in the file
CELLS = 12_000
TEXT = 4 * 2**20  # characters in all cells, without pictures
PICTURE = 8 * 2**20  # characters of one attachment
TOO_LARGE = f"picture-larger-than-{PICTURE >> 20}-MB"
PARSED = 100_000  # characters of a cell that is parsed as Python
LOST = "\N{REPLACEMENT CHARACTER}"

# Under whatever name labkit was imported; a formatter may put a comma behind the last argument. Possessive,
# since long white space would take quadratic time
TARGET = re.compile(r"^[ \t]*+@[ \t]*+(?:\w+\.)?exercise\(\s*+([\w.]++)\s*+(?:,\s*+)?\)", re.MULTILINE)
CHECK = re.compile(r"""^[ \t]*+(?:\w+\.)?check\(\s*+["'](\w+)["']\s*+(?:,\s*+)?\)""", re.MULTILINE)
ANSWER = re.compile(r"<!--\s*answer\s+(\w+)\s*-->")
MARKED = re.compile(rf"^[ \t]*(?={ANSWER.pattern})", re.MULTILINE)
MAGIC = re.compile(r"^[%!].*$", re.MULTILINE)
COMMENT = re.compile(r"^[ \t]*#+ ?(.*)$", re.MULTILINE)
TEXT_MAGIC = re.compile(r"\s*%%(?:markdown|latex|html|HTML|svg)\b.*\n")
NUMBERED = re.compile(r"answer-([a-z]+)(\d+)")
WORDS = 5  # of a string in code that may be an answer
PASTED = re.compile(r"data:image/([\w.+-]+);base64,([A-Za-z0-9+/=]+)")
KINDS = ("png", "jpeg", "jpg", "gif", "webp")  # of pictures that can be attached
OTHER_KIND = "picture-that-is-not-shown"
PASTED_PICTURE = re.compile(rf"(?<=\]\(){PASTED.pattern}")


@dataclass
class Cell:
    """What is read of a submitted cell. claims: its names by metadata, used where its text has none.

    count: the number of its last execution, 0 for none.
    """

    kind: str
    source: str
    claims: set[str] = field(default_factory=set)
    attachments: dict = field(default_factory=dict)
    count: int = 0

    @property
    def text(self) -> str:
        return self.source.strip()

    @cached_property
    def marks(self) -> set[str]:
        return marks(self.kind, self.source)


@dataclass(frozen=True)
class Taken:
    """A repaired notebook. notes: what was repaired. others: further notebooks of the same file."""

    assignment: str
    notebook: NotebookNode
    notes: list[str]
    others: tuple["Taken", ...] = ()


def take_in(data: bytes, releases: Mapping[str, NotebookNode]) -> Taken:
    """Identify the notebook and repair it. Raises Refused where it is none of the course."""
    cells, damage = parse(data)
    main, *others = (
        Taken(assignment, *repair_cells(of_it, releases[assignment]))
        for assignment, of_it in divided(cells, recognise(cells, releases), releases).items()
    )
    if others:
        names = ", ".join(taken.assignment for taken in others)
        damage.append(f"in the same file: {names}")
    return Taken(main.assignment, main.notebook, damage + main.notes, tuple(others))


# ------------------------------------------------------------------------------------------------------------
#                                                    Reading
# ------------------------------------------------------------------------------------------------------------


def parse(data: bytes) -> tuple[list[Cell], list[str]]:
    """The cells of a notebook of any format, and what was wrong with the file."""
    data = b"".join(without_outputs([data]))
    if len(data) > LIMIT:
        raise Refused(f"larger than {LIMIT >> 20} MB: {SMALLER}")
    if sum(data.count(mark) for mark in (b"[", b"{", b",")) > VALUES:
        raise Refused("far too many values in it: ask for it again without outputs")
    text = data.decode(json.detect_encoding(data), "replace")
    notes = ["damaged characters"] if text.count(LOST) > data.count(LOST.encode()) else []
    try:
        notebook, end = json.JSONDecoder(strict=False).raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        raise Refused("not a notebook, or cut short: ask for it again") from None
    given = raw_cells(notebook)
    below, ignored = further_cells(text.lstrip()[end:])
    given += below
    notes += ["text below its end ignored"] if ignored else []
    if len(given) > CELLS:
        raise Refused(f"more than {CELLS} cells: ask for it again without those that are not needed")
    cells = [read_cell(cell) for cell in given]
    if any(TOO_LARGE in cell.source for cell in cells) or any(map(lacks_pictures, given, cells)):
        notes.append(f"pictures of more than {PICTURE >> 20} MB left out: ask for smaller ones")
    if sum(len(PASTED.sub("", cell.source)) for cell in cells) > TEXT:
        raise Refused(f"more than {TEXT >> 20} MB of text in it: ask for it again without pasted text")
    return cells, notes


def further_cells(text: str) -> tuple[list, bool]:
    """Cells of notebooks that were appended to the first one, and whether other text is there."""
    cells = []
    while text := text.strip(" \t\r\n\0"):
        try:
            notebook, end = json.JSONDecoder(strict=False).raw_decode(text)
            cells += raw_cells(notebook)
        except (ValueError, RecursionError, Refused):
            return cells, True
        text = text[end:]
    return cells, False


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
        raise Refused("a notebook without cells: ask to have it saved again in Jupyter or Colab")
    return [cell for sheet in sheets for cell in sheet]


def read_cell(cell: object) -> Cell:
    if not isinstance(cell, dict):
        raise Refused("an entry that is not a cell: ask to have it saved again in Jupyter or Colab")
    source = cell.get("source", cell.get("input", ""))  # code was "input" before format 4
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    source = re.sub("\r\n?", "\n", whole(source)) if isinstance(source, str) else ""
    metadata = cell.get("metadata") if isinstance(cell.get("metadata"), dict) else {}
    nbgrader = metadata.get("nbgrader") if isinstance(metadata.get("nbgrader"), dict) else {}
    claims = {c for c in (cell.get("id"), nbgrader.get("grade_id")) if isinstance(c, str)}
    kind = cell.get("cell_type")
    if kind == "heading":
        source = f"{'#' * level(cell)} {source}"
    kind = {"heading": "markdown", "html": "markdown"}.get(kind, kind) if isinstance(kind, str) else kind
    attachments = pictures(cell)
    if kind == "markdown":
        source = PASTED_PICTURE.sub(lambda match: attach(match, attachments), source)
    count = whole_number(cell.get("execution_count", cell.get("prompt_number"))) or 0
    return Cell(kind if kind in ("code", "markdown") else "raw", source, claims, attachments, count)


def attach(match: re.Match, attachments: dict) -> str:
    """Make an attachment of a picture that was pasted into the text. Its name changes with the picture."""
    kind, data = match.groups()
    if kind not in KINDS:
        return OTHER_KIND
    if len(data) > PICTURE:
        return TOO_LARGE
    kind = kind.replace("jpg", "jpeg")
    name = f"pasted-{digest(data)}.{kind}"
    attachments[name] = {f"image/{kind}": data}
    return f"attachment:{name}"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def whole(text: str) -> str:
    """Without lone surrogates, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def level(cell: dict) -> int:
    """Of a heading."""
    found = cell.get("level")
    return found if type(found) is int and 1 <= found <= 6 else 1


def pictures(cell: dict) -> dict[str, dict[str, str]]:
    """The valid ones among a cell's attachments."""
    found = {}
    for key, bundle in attached(cell.get("attachments")).items():
        if sum(map(len, bundle.values())) <= PICTURE:
            found[whole(key)] = bundle
    return found


def lacks_pictures(given: object, cell: Cell) -> bool:
    """Was one of a cell's attachments too large?"""
    attachments = given.get("attachments") if isinstance(given, dict) else None
    if not isinstance(attachments, dict) or len(attachments) <= len(cell.attachments):
        return False
    return any(sum(map(len, bundle.values())) > PICTURE for bundle in attached(attachments).values())


def targets(source: str) -> set[str]:
    """What a cell defines: the last name of each `@exercise(...)`, with its class if it is a method."""
    found = set()
    for path in TARGET.findall(source):
        *_, owner, name = ("", *path.split("."))
        found.add(f"{owner}.{name}" if owner[:1].isupper() else name)
    return found


def marks(kind: str, source: str) -> set[str]:
    """What a cell is, by its text."""
    found = {f"answer {name}" for name in ANSWER.findall(source)}
    if kind == "code":
        found |= {f"defines {name}" for name in targets(source)}
        found |= {f"check {name}" for name in CHECK.findall(source)}
    return found


# ------------------------------------------------------------------------------------------------------------
#                                             Cells that were joined
# ------------------------------------------------------------------------------------------------------------


def split(cell: Cell) -> list[Cell]:
    """A cell that an editor joined from several: cut around checks and above the markers of answers."""
    if cell.kind == "code":
        parts = split_code(cell.source)
    else:
        bounds = [0, *(match.start() for match in MARKED.finditer(cell.source)), len(cell.source)]
        parts = [cell.source[a:b] for a, b in zip(bounds, bounds[1:])]
        parts = [part for part in parts if part.strip()]
    if len(parts) < 2:
        return [cell]
    return [
        Cell(cell.kind, part.strip("\n"), cell.claims if i == 0 else set(), cell.attachments, cell.count)
        for i, part in enumerate(parts)
    ]


def split_code(source: str) -> list[str]:
    """Cut a cell's code around its calls of `check`, where these are statements of their own.

    Below others, such as `print(labkit.check("code7"))`, it is cut too.
    """
    tree = parsed(source) if "check" in source else None
    if tree is None or len(tree.body) < 2:
        return [source]
    lines, cuts = source.split("\n"), {0}
    for node, after in zip(tree.body, [*tree.body[1:], None]):
        end = node.end_lineno or node.lineno
        alone = after is None or after.lineno > end
        if isinstance(node, ast.Expr) and alone and CHECK.match(lines[node.lineno - 1]):
            cuts |= {node.lineno - 1, end}
        elif isinstance(node, ast.Expr | ast.Assign) and alone and calls_check(node):
            cuts.add(end)
    bounds = [*sorted(cuts), len(lines)]
    parts = ["\n".join(lines[a:b]) for a, b in zip(bounds, bounds[1:])]
    return [part for part in parts if part.strip()]


def calls_check(statement: ast.AST) -> bool:
    """Is `check` called somewhere in a statement, with a text?"""
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and len(node.args) == 1 and isinstance(node.args[0], ast.Constant):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name == "check" and isinstance(node.args[0].value, str):
                return True
    return False


def parsed(source: str) -> ast.Module | None:
    """A cell's code; None where it is not Python."""
    if len(source) > PARSED:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(MAGIC.sub("pass", source))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


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


def recognise(cells: list[Cell], releases: Mapping[str, NotebookNode]) -> list[str]:
    """The assignments that a submission belongs to by its content, the one with most cells first.

    Further ones have more than half of their cells in it: students also paste single earlier exercises.
    """
    found = set().union(*(cell.marks for cell in cells), {cell.text for cell in cells})

    def share(release: NotebookNode) -> tuple[int, int]:
        special = [c for c in release.cells if role(c) != "free" and c.id != "setup"]
        present = sum(bool(found & {c.source.strip(), *marks(c.cell_type, c.source)}) for c in special)
        return present, len(special)

    ranking = sorted(((*share(release), key) for key, release in releases.items()), reverse=True)
    if not ranking or ranking[0][0] == 0:
        raise Refused("no notebook of this course: it contains none of its exercises and questions")
    return [ranking[0][2], *(key for present, total, key in ranking[1:] if 2 * present > total)]


def divided(
    cells: list[Cell], assignments: list[str], releases: Mapping[str, NotebookNode]
) -> dict[str, list[Cell]]:
    """The cells of each assignment; a student's own belong to that of the cell above."""
    texts = {key: {cell.source.strip() for cell in releases[key].cells} for key in assignments}
    special = {
        key: set().union(*(marks(c.cell_type, c.source) for c in releases[key].cells)) for key in assignments
    }
    of_it: dict[str, list[Cell]] = {key: [] for key in assignments}
    current = ""
    for cell in cells:
        fitting = [key for key in assignments if cell.text in texts[key] or cell.marks & special[key]]
        if current not in fitting:
            current = fitting[0] if fitting else current or assignments[0]
        of_it[current].append(cell)
    return of_it


# ------------------------------------------------------------------------------------------------------------
#                                                   Repairing
# ------------------------------------------------------------------------------------------------------------

Placed = tuple[str, NotebookNode]  # name in the release, or "" for a cell of the learner's own; the cell


def repair_cells(cells: list[Cell], release: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """The submission's text in the released notebook's cells, and what was repaired.

    Cells stay in the learner's order, except that a check follows all code that it is about. The text of an
    answer is what the learner wrote between its question and the next released cell.
    """
    cells = [part for cell in cells for part in split(cell)]
    special = {name(cell): cell for cell in release.cells if role(cell) != "free"}
    repeat_checks(cells, special)
    owners = owned_cells(cells, special)
    notes = lost_metadata(cells, owners)
    owner = {i: key for key, indices in owners.items() for i in indices}
    given = {cell.source.strip() for cell in release.cells}

    out: list[Placed] = []
    for i, cell in enumerate(cells):
        key = owner.get(i)
        kind = role(special[key]) if key else ""
        if not key:
            out.append(("", plain(cell)))
        elif kind == "answer":
            if i == owners[key][0]:
                copies = [cells[j] for j in owners[key]]
                out.append((key, answered([(c.source, c.attachments) for c in copies], special[key])))
                notes += [f"{key}: {len(copies)} cells joined"] if len(copies) > 1 else []
        elif kind == "solution":
            last = i == owners[key][-1]  # of several, the last one is the exercise's cell
            out.append((key, filled(special[key], cell.source)) if last else ("", plain(cell)))
        else:
            edited = kept_of_locked(cell, special[key])
            notes += [f"{key} had been edited"] if edited is not None else []
            own = [("", plain(edited))] if edited and edited.text else []
            if i != owners[key][-1]:
                out += (
                    [("", filled_check(special[key]))] if separates(i, key, cells, owners, special) else own
                )
            elif kind == "check":
                out += [*own, (key, filled(special[key], special[key].source))]
            else:
                out += [(key, filled(special[key], special[key].source)), *own]

    notes += overwritten(cells, owners, special)
    notes += put_back(out, special, given)
    notes += sort_checks(out, special)
    notes += join_answers(out, special, given)
    return assemble(out, release), notes


def repeat_checks(cells: list[Cell], special: Mapping[str, NotebookNode]) -> None:
    """Insert a check below the definition that ran last before the check did, where others follow it.

    An experiment may be inserted between an answer and its check, and never be checked itself.
    """
    for key, wanted in special.items():
        checks = [i for i, cell in enumerate(cells) if f"check {key}" in cell.marks and cell.count]
        if role(wanted) != "solution" or not checks or f"check-{key}" not in special:
            continue
        at = max(checks, key=lambda i: cells[i].count)
        for target in sorted(marks("code", wanted.source)):
            where = [i for i in range(at) if target in cells[i].marks]
            before = [i for i in where if 0 < cells[i].count < cells[at].count]
            last = max(before, key=lambda i: cells[i].count, default=at)
            if last < at and last != where[-1]:
                cells.insert(last + 1, Cell("code", special[f"check-{key}"].source))
                break


def owned_cells(cells: list[Cell], special: Mapping[str, NotebookNode]) -> dict[str, list[int]]:
    """Where each released cell is in the submission; each submitted cell belongs to one at most."""
    found = {key: find(cells, cell, special) for key, cell in special.items()}
    owner = {i: key for key, indices in found.items() for i in indices}
    return {key: [i for i in indices if owner[i] == key] for key, indices in found.items()}


def find(cells: list[Cell], wanted: NotebookNode, special: Mapping[str, NotebookNode]) -> list[int]:
    """Where a released cell is in the submission: by its text, or else by metadata."""
    key, mine, text = name(wanted), marks(wanted.cell_type, wanted.source), wanted.source.strip()
    if role(wanted) in ("solution", "answer"):
        found = [i for i, cell in enumerate(cells) if cell.marks & mine]
    elif role(wanted) == "check":
        found = [i for i, cell in enumerate(cells) if cell.text == text or only_check(cell, mine)]
    else:
        found = [i for i, cell in enumerate(cells) if cell.text == text]
        if not found and wanted.cell_type == "markdown":
            found = [
                i for i, c in enumerate(cells)
                if c.kind == "markdown" and text in c.source and not c.marks
            ]  # fmt: skip
    if not found:
        others = set().union(*(marks(c.cell_type, c.source) for c in special.values())) - mine
        found = [i for i, cell in enumerate(cells) if key in cell.claims and not cell.marks & others]
    return found


def only_check(cell: Cell, mine: set[str]) -> bool:
    """Is this a check and, but for comments, nothing else?"""
    return cell.marks == mine and not CHECK.sub("", COMMENT.sub("", cell.source)).strip(" \t\r\n;")


def kept_of_locked(cell: Cell, wanted: NotebookNode) -> Cell | None:
    """What a learner added to a cell that is not meant to be edited; None where it is as released."""
    if cell.text == wanted.source.strip():
        return None
    if wanted.cell_type == "code":
        added = "" if only_check(cell, cell.marks) else cell.source
        return Cell("code" if cell.kind == "code" else cell.kind, added)
    known = {line.strip() for line in wanted.source.split("\n")}
    lines = [line for line in cell.source.split("\n") if line.strip() not in known]
    return Cell("markdown", "\n".join(lines).strip(), set(), cell.attachments)


def separates(
    i: int, key: str, cells: list[Cell], owners: Mapping[str, list[int]], special: Mapping[str, NotebookNode]
) -> bool:
    """Is cell i a check between two definitions of its exercise? It decides which of them counts."""
    exercise = special.get(key.removeprefix("check-"))
    if role(special[key]) != "check" or exercise is None:
        return False
    mine, after = marks("code", exercise.source), next(j for j in owners[key] if j > i)
    where = [j for j, cell in enumerate(cells) if cell.marks & mine or j in owners[name(exercise)]]
    return any(j < i for j in where) and any(i < j < after for j in where)


def lost_metadata(cells: list[Cell], owners: Mapping[str, list[int]]) -> list[str]:
    lost = [key for key, indices in owners.items() if any(key not in cells[i].claims for i in indices)]
    claimed = [claim for cell in cells for claim in cell.claims]
    notes = [f"metadata of {len(lost)} cells restored"] if lost else []
    double = sorted({key for key in owners if claimed.count(key) > 1 and len(owners[key]) > 1})
    return notes + [f"{key} was there {len(owners[key])} times" for key in double]


def overwritten(
    cells: list[Cell], owners: Mapping[str, list[int]], special: Mapping[str, NotebookNode]
) -> list[str]:
    """Functions that several cells define: a note, since only one definition counts."""
    notes = []
    for key, indices in owners.items():
        if role(special[key]) == "solution":
            defined = [target for i in indices for target in targets(cells[i].source)]
            if len(defined) > len(set(defined)):
                notes.append(
                    f"{key} is written more than once: the one that its check found right counts, or the last"
                )
    return notes


def put_back(out: list[Placed], special: Mapping[str, NotebookNode], given: set[str]) -> list[str]:
    """Insert what is missing below what precedes it in the release, and an exercise above its definitions.

    Learner's code that uses the exercise's name counts as one. Where neither an exercise nor its check was
    recognised, the check is the last cell: a definition that is written in an unusual way may be anywhere.
    """
    missing, at = [], 0
    for key, wanted in special.items():
        present = [i for i, (other, _) in enumerate(out) if other == key]
        if not present:
            missing.append(key)
            written = [
                i for i, (_, cell) in enumerate(out)
                if defines(cell, wanted) or (cell.source.strip() not in given and uses(cell, wanted))
            ]  # fmt: skip
            at = min([at, *written]) if role(wanted) == "solution" else at
            if role(wanted) == "check" and key.removeprefix("check-") in missing:
                out.append((key, filled(wanted, wanted.source)))
                continue
            out.insert(at, (key, filled(wanted, wanted.source)))
        at = (present or [at])[0] + 1
    return [f"put back: {', '.join(missing)}"] if missing else []


def sort_checks(out: list[Placed], special: Mapping[str, NotebookNode]) -> list[str]:
    """Move a check below the last cell that defines what it checks; one like it stays between definitions."""
    notes = []
    for key, wanted in special.items():
        exercise = special.get(key.removeprefix("check-"))
        if role(wanted) != "check" or exercise is None:
            continue
        at = next(i for i, (other, _) in enumerate(out) if other == key)
        where = [i for i, (_, cell) in enumerate(out) if defines(cell, exercise)]
        if where[-1] > at:
            out.insert(where[-1] + 1, out[at])
            out[at : at + 1] = [("", filled_check(wanted))] if where[0] < at else []
            notes.append(f"{key} moved below its code")
    return notes


def defines(cell: NotebookNode, exercise: NotebookNode) -> bool:
    return cell.cell_type == "code" and (
        bool(targets(cell.source) & targets(exercise.source)) or name(cell) == name(exercise)
    )


def uses(cell: NotebookNode, exercise: NotebookNode) -> bool:
    """Is the name of a function of an exercise in this code?"""
    names = {path.rpartition(".")[2] for path in targets(exercise.source)}
    return cell.cell_type == "code" and not names.isdisjoint(re.findall(r"\w+", cell.source))


# ------------------------------------------------------------------------------------------------------------
#                                                Written answers
# ------------------------------------------------------------------------------------------------------------


def join_answers(out: list[Placed], special: Mapping[str, NotebookNode], given: set[str]) -> list[str]:
    """Collect the text of each answer: its own cell and the learner's text cells around it.

    Where all of these are empty, other places between the question and the next released cell are searched:
    text below code, comments, an answer in a code cell. An answer that is as released gets no points at once;
    any other waits for a person.
    """
    notes, before = [], ""
    for key, wanted in special.items():
        question, before = before, key
        if role(wanted) != "answer":
            continue
        at = next(i for i, (other, _) in enumerate(out) if other == key)
        empty = out[at][1].source.strip() == wanted.source.strip()
        own = own_cells(out, at, given)
        above, below = text_around(out, at, own)
        asked_above = at > len(above) and out[at - len(above) - 1][0] == question
        parts = [(i, *text_of(out[i])) for i in [*(above if empty or asked_above else []), at, *below]]
        if empty and not any(source.strip() for i, source, _ in parts if i != at):
            parts = [(i, *text_of(out[i])) for i in sorted([at, *own])]
        used = [i for i, source, _ in parts if i != at and source.strip()]
        if empty and not used:
            used = [i for i, entry in enumerate(out) if answers(entry, key, given)]
            parts = [(i, *text_of(out[i])) for i in used]
        if used:
            out[at] = key, answered([part[1:] for part in parts], wanted)
            notes.append(f"{key}: text of {len(used)} other cells joined")
        for i, _, _ in reversed(parts):
            if i != at and is_text(out[i]) and i in [*above, *below, *own]:
                del out[i]
    return notes


def answers(entry: Placed, key: str, given: set[str]) -> bool:
    """Is this a learner's own cell that names the question of an answer, as "Q6" or "Question 6"?"""
    found = NUMBERED.fullmatch(key)
    if entry[0] or not found or entry[1].source.strip() in given:
        return False
    kind, number = found.groups()
    return bool(re.search(rf"\b{kind}[a-z]{{0,10}}\W{{0,3}}{number}(?!\d)", text_of(entry)[0], re.IGNORECASE))


def own_cells(out: list[Placed], at: int, given: set[str]) -> list[int]:
    """The learner's own cells around a place, up to the nearest released cells."""

    def own(i: int) -> bool:
        return not out[i][0] and out[i][1].source.strip() not in given - {""}

    first, last = at, at
    while first > 0 and own(first - 1):
        first -= 1
    while last + 1 < len(out) and own(last + 1):
        last += 1
    return [i for i in range(first, last + 1) if i != at]


def text_around(out: list[Placed], at: int, own: list[int]) -> tuple[list[int], list[int]]:
    """The text cells among these that are right above a place, and right below it."""
    above = list(itertools.takewhile(lambda i: is_text(out[i]), reversed([i for i in own if i < at])))
    below = list(itertools.takewhile(lambda i: is_text(out[i]), [i for i in own if i > at]))
    return above[::-1], below


def is_text(entry: Placed) -> bool:
    return not entry[0] and entry[1].cell_type != "code"


def text_of(entry: Placed) -> tuple[str, dict]:
    """A cell's text and pictures; of code, its comments and sentences, or all of it where it is not code."""
    cell = entry[1]
    if cell.cell_type != "code":
        return cell.source, cell.get("attachments", {})
    if magic := TEXT_MAGIC.match(cell.source):
        return cell.source[magic.end() :], {}
    tree = parsed(cell.source)
    if tree is None and len(cell.source) <= PARSED and "%" not in cell.source[:2]:
        return cell.source, {}
    return "\n\n".join([*COMMENT.findall(cell.source), *sentences(tree)]), {}


def sentences(tree: ast.Module | None) -> list[str]:
    """The strings in code that may be sentences: an answer that is printed, say, or a cell of one string."""
    nodes = list(ast.walk(tree)) if tree else []
    formatted = [node for node in nodes if isinstance(node, ast.JoinedStr)]
    inside = {id(part) for node in formatted for part in node.values}
    alone = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    found = []
    for node in nodes:
        if id(node) in inside or not isinstance(node, ast.JoinedStr | ast.Constant):
            continue
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        words = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
        if len(words.split()) >= WORDS or (id(node) in alone and not words.isdecimal()):
            found.append(words)
    return found


def answered(parts: list[tuple[str, dict]], wanted: NotebookNode) -> NotebookNode:
    """One answer of the text and attachments of one or more cells; cells as released add nothing."""
    marker = ANSWER.search(wanted.source)[0]
    empty = wanted.source.replace(marker, "").strip()
    texts, attachments = [], {}
    for source, pictures_of_it in parts:
        for key, picture in pictures_of_it.items():
            if attachments.setdefault(key, picture) != picture:  # editors call every picture image.png
                other = f"{digest(json.dumps(picture))}-{key}"
                source, attachments[other] = (
                    source.replace(f"attachment:{key}", f"attachment:{other}"),
                    picture,
                )
        texts.append(ANSWER.sub("", source).strip())
    texts = [text for text in dict.fromkeys(texts) if text not in ("", empty)]
    cell = filled(wanted, "\n\n".join([marker, *texts]) if texts else wanted.source)
    if attachments:
        cell.attachments = nbformat.from_dict(attachments)
    return cell


# ------------------------------------------------------------------------------------------------------------
#                                                 Cells to write
# ------------------------------------------------------------------------------------------------------------


def filled(wanted: NotebookNode, source: str) -> NotebookNode:
    """A released cell with other text in it."""
    cell: Any = nbformat.from_dict({**wanted, "source": source})
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    return cell


def filled_check(wanted: NotebookNode) -> NotebookNode:
    """A cell of the learner's own that holds a released check."""
    return nbformat.v4.new_code_cell(wanted.source)


def plain(cell: Cell) -> NotebookNode:
    """A cell of the learner's own."""
    make = getattr(nbformat.v4, f"new_{cell.kind}_cell")
    node = make(cell.source)
    if cell.attachments and cell.kind == "markdown":
        node.attachments = nbformat.from_dict(cell.attachments)
    return node


def assemble(out: list[Placed], release: NotebookNode) -> NotebookNode:
    """A valid notebook; the learner's own cells are numbered, so that no id occurs twice.

    Text that is not the released one loads nothing when it is opened.
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
