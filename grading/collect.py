"""A folder of submissions, however it came, into the course folder: whose is it, which notebook, which copy.

One folder a student, or the flat downloads of a learning platform:

    jane/01_dataset.ipynb                                          any tree with a folder for each student
    doejane_LATE_4711_90210_01_dataset.ipynb                       Canvas (lib/content_zipper.rb)
    Jane Doe_123456_assignsubmission_file_/01_dataset.ipynb        Moodle, with and without folders
    submission_99/01_dataset.ipynb and submission_metadata.yml     Gradescope
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import yaml

from grading import intake
from grading.course import Course
from labkit.paths import LabError, atomic_write

CANVAS = re.compile(r"(?P<who>(?!anon_|LATE_)\w+?_)?(?:LATE_)?(?P<id>\d+|anon_\w+?)_\d+_(?P<file>.+)")
MOODLE = re.compile(r"(?P<who>.+?)_(?P<id>\d+)_assignsubmission_file_?(?P<file>.*)")


@dataclass(frozen=True)
class Found:
    """A file and whose it is. origin: what that was read from; two origins of one name are two people."""

    student: str
    origin: str
    path: Path


@dataclass(frozen=True)
class Line:
    """What became of one file."""

    file: str
    student: str
    assignment: str
    text: str
    taken: bool


def slug(text: str) -> str:
    """A student's name as the name of a folder: letters, digits and ``. _ - @``."""
    return re.sub(r"[^\w.@-]+", "_", text.strip()).strip("._-")[:100]


def moodle(part: str) -> tuple[str, str] | None:
    """(student, origin) where a file or folder is named as Moodle names them."""
    match = MOODLE.fullmatch(part)
    return match and (slug(match["who"]), f"{match['who']} ({match['id']})")


def canvas(path: Path) -> tuple[str, str] | None:
    """(student, origin) where a file is named as Canvas names them."""
    match = CANVAS.fullmatch(path.name)
    return match and (f"{match['who'] or ''}{match['id']}", match["id"])


def is_flat(folder: Path) -> bool:
    """Is this a folder as Canvas packs them, with files of several students?"""
    owners = {canvas(path) for path in folder.glob("*.ipynb")}
    return len(owners) > 1 and None not in owners


def gradescope(folder: Path) -> dict[str, list[str]]:
    """Whose each submission_... folder is. Raises LabError where the list is damaged."""
    path = folder / "submission_metadata.yml"
    if not path.is_file():
        return {}
    try:
        listed = yaml.safe_load(path.read_text("utf-8"))
        return {
            key: [str(who.get(":email") or who.get(":sid") or who[":name"]) for who in about[":submitters"]]
            for key, about in listed.items()
        }
    except (yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError):
        raise LabError(f"cannot read {path}: download the submissions from Gradescope again") from None


def search(folder: Path) -> Iterator[Found]:
    """All notebooks below a folder, with the student they belong to; an empty name where nothing says it."""
    groups = gradescope(folder)
    for path in sorted(folder.rglob("*.ipynb")):
        parts = path.relative_to(folder).parts
        if path.is_symlink() or not path.is_file() or any(p.startswith((".", "__MACOSX")) for p in parts):
            continue
        named = next(filter(None, map(moodle, reversed(parts))), None)
        if not named and (
            len(parts) == 1 or is_flat(path.parent)
        ):  # elsewhere lab_2_2026_final is just a name
            named = canvas(path)
        if parts[0] in groups:
            yield from (Found(slug(who), who, path) for who in groups[parts[0]])
        elif named:
            yield Found(*named, path)
        else:
            student = parts[0] if len(parts) > 1 else ""
            yield Found(slug(student), student, path)


def collect(course: Course, folder: Path) -> list[Line]:
    """Take in everything in `folder`, which is only read. Raises LabError where there is nothing."""
    folder = folder.expanduser()
    if not folder.is_dir():
        raise LabError(f"no folder {folder}: unpack the submissions and name the folder they are in")
    if folder.resolve() == course.submitted.resolve():
        raise LabError(f"{folder} is where collect puts things: name the folder with the submissions")
    releases = course.released()
    lines: list[Line] = []
    groups: dict[tuple[str, str], list[tuple[Found, intake.Taken]]] = {}
    for found in search(folder):
        file = str(found.path.relative_to(folder))
        try:
            if not found.student:
                raise intake.Refused("whose is it? Put it into a folder with the student's name")
            taken = intake.take_in(read(found.path), releases)
        except intake.Refused as reason:
            lines.append(Line(file, found.student, "", str(reason), taken=False))
        else:
            groups.setdefault((found.student, taken.assignment), []).append((found, taken))
    if not groups and not lines:
        raise LabError(f"no notebooks in {folder}: unpack zip files first, one folder a student")
    for (student, assignment), copies in groups.items():
        lines += settle(course, folder, student, assignment, copies)
    return sorted(lines, key=lambda line: (not line.taken, line.student, line.assignment, line.file))


def read(path: Path) -> bytes:
    """Raises Refused where the file is too large to look at, or not readable."""
    try:
        with open(path, "rb") as file:
            return file.read(intake.LIMIT + 1)
    except OSError as error:
        raise intake.Refused(f"cannot be read: {error.strerror}") from None


def settle(
    course: Course,
    folder: Path,
    student: str,
    assignment: str,
    copies: list[tuple[Found, intake.Taken]],
) -> list[Line]:
    """Of several files for one notebook take the one that was changed last."""

    def line(found: Found, text: str, taken: bool) -> Line:
        return Line(str(found.path.relative_to(folder)), student, assignment, text, taken)

    people = sorted({found.origin for found, _ in copies})
    if len(people) > 1:
        text = f"two people are called {student} ({', '.join(people)}): give each a folder of another name"
        return [line(found, text, taken=False) for found, _ in copies]
    *older, (found, taken) = sorted(copies, key=lambda c: (int(c[0].path.stat().st_mtime), c[0].path.name))
    store(course.submitted / student / assignment / f"{assignment}.ipynb", taken)
    lines = [line(found, "; ".join(taken.notes) or "as handed out", taken=True)]
    return lines + [line(other, f"not the latest: {found.path.name} is", taken=False) for other, _ in older]


def store(path: Path, taken: intake.Taken) -> None:
    """Write the mended notebook, unless it is there already: its date says whether to grade it again."""
    text = nbformat.writes(taken.notebook) + "\n"
    if path.is_file() and path.read_text("utf-8") == text:
        return
    with atomic_write(path) as temporary:
        temporary.write_text(text, "utf-8")
