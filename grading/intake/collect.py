"""Take submissions, from whatever download, into the course folder: find the student, the notebook, and the
copy to grade.

One folder or zip file a student, or the downloads of a learning platform, flat or in one zip file:

    jane/01_dataset.ipynb, jane.zip                                any tree with a folder for each student
    doejane_LATE_4711_90210_01_dataset.ipynb                       Canvas (lib/content_zipper.rb)
    Jane Doe_123456_assignsubmission_file_/01_dataset.ipynb        Moodle, with and without folders
    Homework 1_jdoe_attempt_2024-03-05-14-22-33_01_dataset.ipynb   Blackboard
    1234-567 - Jane Doe - Mar 5, 2024 222 PM/01_dataset.ipynb      Brightspace, with and without folders
    submission_99/01_dataset.ipynb and submission_metadata.yml     Gradescope

Only names given by the platform or the instructor decide whose a file is: inside a student's folder or zip
file the student chooses the names.
"""

import json
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode

from grading.course import Course, is_graded
from grading.intake import repair
from grading.intake.inbox import Inbox, Received, shown
from grading.limited import ExceededLimit, limited
from labkit.paths import LabError, atomic_write

CANVAS = re.compile(  # its numbers do not begin with 0, those of notebooks do
    r"(?P<who>(?!anon_|LATE_)(?:\w|[^\x00-\x7f])+?_)?(?:LATE_)?(?P<id>[1-9]\d*|anon_\w+?)_[1-9]\d*_(?P<file>.+)"
)
MOODLE = re.compile(r"(?P<who>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext|comments)_?(?P<file>.*)")
BLACKBOARD = re.compile(  # "attempt" is a word of the site's language
    r"(?P<id>.+?_(?P<who>[^_]+))_[^\W\d_]+_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)"
)
_DATE = r"(?:[^\W\d]+\.? \d\d?,? \d{4}|\d\d?\.? [^\W\d]+\.?,? \d{4}|\d{4}-\d\d-\d\d)"  # in any language
BRIGHTSPACE = re.compile(
    rf"(?P<id>\d+)-\d+ - (?P<who>.+?) - (?P<when>{_DATE} \d\d?[:.]?\d\d(?: [AaPp][Mm])?)(?: - (?P<file>.+))?"
)
GRADESCOPE = re.compile(r"assignment_\d+_export")  # the folder in its zip file
METADATA = "submission_metadata.yml"
TWO_PLATFORMS = "two platforms could have named it so: put it into a folder with the student's name"

NOTEBOOKS = 40  # of one student at a time
BYTES = 512 * 2**20  # likewise, all notebooks together
SMALL = 2**16  # bytes of a file that are read quickly whatever they are
SECONDS = 60  # to read a larger one
ALL_SECONDS = 120  # to read all files of one student
NAMED = 100  # files of one student that are left out with a line each


@dataclass(frozen=True)
class Found:
    """A file and its student. origin: what the name was read from; two origins of one name are two people.

    number: Moodle's number of the submission, which differs between assignments; within one assignment, two
    numbers are two people. The same holds for Brightspace's, and for what precedes the attempt in
    Blackboard's names.
    """

    student: str
    origin: str
    entry: Received
    number: str = ""
    attempt: str = ""  # when it was handed in, if the platform states it
    branch: str = ""  # the folder in a zip file: maybe two people's, if the zip file is not one person's
    problem: str = ""

    @property
    def file(self) -> str:
        return shown(self.entry.parts)


@dataclass(frozen=True)
class Line:
    """The result for one file. older: left out only because another copy was taken.

    Names and what else a student wrote stand in brackets at the end of text, for a report to leave out.
    """

    file: str
    student: str
    assignment: str
    text: str
    taken: bool
    older: bool = False


def vowel_sign(before: str, mark: str) -> bool:
    """Is it a sign that belongs to a letter of its own script, as in Hindi or Thai? Names differ in these.

    Others, such as variation selectors, can be invisible.
    """
    script, name = unicodedata.name(before, "").partition(" ")[0], unicodedata.name(mark, "")
    if unicodedata.category(mark)[0] != "M" or script == "COMBINING" or "VARIATION SELECTOR" in name:
        return False
    return name.startswith(f"{script} ")


def slug(text: str) -> str:
    """A student's name as the name of a folder: letters with their signs, digits and ``. _ - @``."""
    text = unicodedata.normalize("NFKC", text).strip()
    text = "".join(
        new if re.match(r"[\w.@-]", new) or vowel_sign(before, new) else " "
        for before, new in zip(f" {text}", text)
    )
    text = re.sub(r"\s+", "_", text.strip()).strip("._-")
    return text.encode()[:100].decode("utf-8", "ignore")


def moodle(name: str) -> tuple[str, str, str] | None:
    """(student, origin, number) where a file or folder is named as Moodle names them."""
    match = MOODLE.fullmatch(name)
    return match and (slug(match["who"]), match["who"], match["id"])


def canvas(name: str) -> tuple[str, str, str] | None:
    """(student, origin, "") where a file is named as Canvas names them."""
    match = CANVAS.fullmatch(name)
    return match and (slug(f"{match['who'] or ''}{match['id']}"), match["id"], "")


def blackboard(name: str) -> tuple[str, str, str] | None:
    """(student, origin, number) where a file is named as Blackboard names them. A user name may hold "_", as
    the assignment's may: all that precedes the attempt is the number, so that no two people are one."""
    match = BLACKBOARD.fullmatch(name)
    return match and (slug(match["who"]), match["who"], match["id"])


def brightspace(name: str) -> tuple[str, str, str] | None:
    """(student, origin, number) where a file or folder is named as Brightspace names them."""
    match = BRIGHTSPACE.fullmatch(name)
    return match and (slug(match["who"]), match["who"], match["id"])


def attempt(name: str) -> str:
    """When it was handed in, as text that sorts by time, where the platform's name contains it."""
    if match := BLACKBOARD.fullmatch(name):
        return match["when"]
    if match := BRIGHTSPACE.fullmatch(name):
        with suppress(ValueError):  # the date in another language
            day, clock, half = match["when"].rsplit(" ", 2)
            when = f"{day} {clock[:-2].rstrip(':.')}:{clock[-2:]} {half}"
            return datetime.strptime(when, "%b %d, %Y %I:%M %p").isoformat()
    return ""


def kinds(file: bool) -> tuple[Callable[[str], tuple[str, str, str] | None], ...]:
    """Readers of the platforms' names of files, or of folders."""
    return (moodle, brightspace, blackboard, canvas) if file else (moodle, brightspace)


def platform(name: str, file: bool = True) -> tuple[str, str, str] | None:
    return next(filter(None, (kind(name) for kind in kinds(file))), None)


def platforms(names: Iterable[tuple[str, bool]]) -> Counter:
    """How many of these names, each of a file or not, each reader of `kinds` can read."""
    return Counter(kind for name, file in names for kind in kinds(file) if kind(name))


def gradescope(data: bytes) -> dict[str, list[str]]:
    """Whose each submission_... folder is. Raises LabError where the list is damaged.

    Everything is read as text, and only texts count: what YAML's aliases stand for is never copied.
    """

    def name(who: dict[str, object]) -> str:
        known = [who.get(key) for key in (":email", ":sid", ":name")]
        return [text for text in known if text and isinstance(text, str)][0]

    try:
        listed = yaml.load(data.decode("utf-8"), yaml.BaseLoader)  # noqa: S506 - makes texts, lists and dicts
        return {key: [name(who) for who in about[":submitters"]] for key, about in listed.items()}
    except (yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise LabError(f"cannot read {METADATA}: download the submissions from Gradescope again") from None


def is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def wrappers(entries: list[Received], depth: int = 0) -> int:
    """How many folders or zip files are around all submissions: a platform's zip file, and a folder in it."""
    tops = {entry.parts[depth] for entry in entries}
    if len(tops) != 1 or any(len(entry.parts) < depth + 2 for entry in entries):
        return depth
    [top] = tops
    below = {entry.parts[depth + 1] for entry in entries}
    files = {entry.parts[-1] for entry in entries if len(entry.parts) == depth + 2}
    people = {platform(name, name in files or is_zip(name)) for name in below}
    if platform(top, is_zip(top)):
        return depth
    listed = METADATA in below and (is_zip(top) or GRADESCOPE.fullmatch(top))
    if listed or (None not in people and (len(people) > 1 or is_zip(top))):
        return depth + 1
    if (deeper := wrappers(entries, depth + 1)) > depth + 1:
        return deeper
    return 1 if depth == 0 and is_zip(top) and not files and len(below) > 1 else depth


def search(folder: Path) -> Iterator[Found]:
    """All files below a folder, with their students; an empty name where no name identifies one.

    Raises LabError where all files are in one folder or zip file that names several people: one student could
    have made it.
    """
    entries = list(Inbox(folder).entries())
    telling = [entry for entry in entries if not entry.aside or entry.parts[-1] == METADATA]
    depth = wrappers(telling)
    if depth and folder.is_dir():  # one student alone could have made it look like this
        top = shown((folder.name, telling[0].parts[0]))
        raise LabError(
            f"{top} looks like the work of several people: if it is a platform's download, collect it by "
            "itself; if it is one student's, put it into a folder with the student's name"
        )
    entries = [(entry, entry.parts[min(depth, len(entry.parts) - 1) :]) for entry in entries]
    listed = next((entry for entry, parts in entries if parts == (METADATA,) and entry.read), None)
    groups = gradescope(listed.read()) if listed else {}
    crowded = crowds(entries)
    fitting = platforms({outermost(parts) for _, parts in entries})
    for entry, parts in entries:
        if parts[0] in groups and len(parts) > 1:
            for who in groups[parts[0]]:
                yield Found(slug(who), who, entry, problem=entry.problem)
        elif entry is not listed:
            yield owned(entry, parts, crowded, fitting)


def crowds(entries: list[tuple[Received, tuple[str, ...]]]) -> set[str]:
    """Folders and zip files with files as a platform names them: of several people, or made to appear so."""
    names: dict[str, set] = {}
    for entry, parts in entries:
        if len(parts) > 1 and not entry.aside:
            names.setdefault(parts[0], set()).add((parts[1], len(parts) == 2 or is_zip(parts[1])))
    people = {top: {platform(*name) for name in below} for top, below in names.items()}
    return {
        top for top, who in people.items()
        if None not in who and (len(who) > 1 or any(platform(name, False) for name, _ in names[top]))
    }  # fmt: skip


def outermost(parts: tuple[str, ...]) -> tuple[str, bool]:
    """The name that identifies a student, and whether it is a file's."""
    return parts[0], len(parts) == 1 or is_zip(parts[0])


def owned(entry: Received, parts: tuple[str, ...], crowded: set[str], fitting: Counter) -> Found:
    """Whose a file is, by the outermost name.

    fitting: `platforms` of all outermost names. A student may end a file's name in the manner of another
    platform, but cannot change those of others: the reader that fits most names of a download is right.
    """
    top, file = outermost(parts)
    read = {reader: found for reader in kinds(file) if (found := reader(top))}
    most = max((fitting[reader] for reader in read), default=0)
    people = {found for reader, found in read.items() if fitting[reader] == most}
    if len(people) > 1:
        return Found("", "", entry, problem=entry.problem or TWO_PLATFORMS)
    if people:
        [(student, origin, number)] = people
        return Found(student, origin, entry, number, attempt(top), problem=entry.problem)
    if len(parts) == 1 and not (is_zip(top) and entry.problem):
        return Found("", "", entry, problem=entry.problem)
    branch = parts[1] if is_zip(top) and len(parts) > 2 else ""
    problem = entry.problem
    if top in crowded and not problem:
        problem = f"files of several people: collect their folder or zip file by itself ({shown((top,))})"
    name = top[:-4] if is_zip(top) else top
    return Found(slug(name), name, entry, branch=branch, problem=problem)


# ------------------------------------------------------------------------------------------------------------
#                                                    Taking
# ------------------------------------------------------------------------------------------------------------


def collect(course: Course, folder: Path, student: str = "") -> list[Line]:
    """Take in all of a folder or of a zip file, which are only read. Raises LabError for an empty one.

    student: whose all of it is; else names of folders and files identify students.

    The result for each file is stored in the course folder, for the report; so are the names under which
    students handed in, so that a later download cannot give one student's work to another.
    """
    folder = folder.expanduser()
    if not folder.is_dir() and not (folder.is_file() and is_zip(folder.name)):
        raise LabError(f"no folder or zip file {folder}: name the one that the submissions are in")
    if folder.resolve() == course.submitted.resolve():
        raise LabError(f"{folder} is where collect puts things: name the folder with the submissions")
    releases = course.released()
    record = Record(course)
    if student:
        found = [Found(student, student, e, problem=e.problem) for e in Inbox(folder).entries()]
    else:
        found = list(search(folder))
    if not found:
        raise LabError(f"nothing in {folder}: name the folder with the submissions")
    shared = record.meet(found)
    sent = {f.student for f in found if not f.entry.aside}
    modules: dict[str, set[str]] = {}  # files of Python beside a student's notebooks
    for one in found:
        if one.entry.parts[-1].endswith(".py"):
            modules.setdefault(one.student, set()).add(one.entry.parts[-1])
    lines: list[Line] = []
    groups: dict[tuple[str, str], list[tuple[Found, repair.Taken]]] = {}
    files, size, refused, seconds = Counter(), Counter(), Counter(), Counter()
    with limited() as call:

        def read(data: bytes) -> repair.Taken:
            if len(data) <= SMALL:
                return repair.take_in(data, releases)
            try:
                return call(SECONDS, repair.take_in, data, releases)
            except ExceededLimit as error:
                raise repair.Refused(f"reading it {error}: ask for it again without outputs") from error

        for one in found:
            if one.entry.aside and one.student in sent:
                continue  # notes beside a notebook
            try:
                if one.student in shared:
                    raise repair.Refused(shared[one.student])
                if one.problem:
                    raise repair.Refused(one.problem)
                if not one.student:
                    raise repair.Refused("whose is it? Put it into a folder with the student's name")
                if files[one.student] >= NOTEBOOKS or size[one.student] >= BYTES:
                    raise repair.Refused("too many notebooks of one student: ask which ones are meant")
                if seconds[one.student] >= ALL_SECONDS:
                    raise repair.Refused(
                        f"reading this student's other files took {ALL_SECONDS} s: ask which ones are meant"
                    )
                start = time.monotonic()
                try:
                    data = one.entry.read()
                    files[one.student] += 1
                    size[one.student] += len(data)
                    taken = read(data)
                finally:
                    seconds[one.student] += time.monotonic() - start
                if reason := record.other(one, taken.assignment):
                    raise repair.Refused(reason)
                for each in (taken, *taken.others):
                    each.notes.extend(imported(each.notebook, modules.get(one.student, set())))
            except repair.Refused as reason:
                refused[one.student] += 1
                if refused[one.student] > NAMED and one.student:
                    continue
                last = refused[one.student] == NAMED and one.student
                more = " (and so on: further files are not named)" if last else ""
                lines.append(Line(one.file, one.student, "", f"{reason}{more}", taken=False))
            else:
                for each in (taken, *taken.others):
                    groups.setdefault((one.student, each.assignment), []).append((one, each))
    for (student, assignment), copies in groups.items():
        lines += settle(course, student, assignment, copies, releases[assignment])
    record.keep(lines)
    return sorted(lines, key=lambda line: (not line.taken, line.student, line.assignment, line.file))


def settle(
    course: Course,
    student: str,
    assignment: str,
    copies: list[tuple[Found, repair.Taken]],
    release: NotebookNode,
) -> list[Line]:
    """Of several files for one notebook take the one that was changed last, and one as handed out never.

    Of files changed in the same second the last one in natural order is taken: "(10)" follows "(9)". Nor does
    a file as handed out replace what was collected before.
    """
    worked_on = [copy for copy in copies if touched(copy[1].notebook, release)]
    if len({found.branch for found, _ in worked_on or copies} - {""}) > 1:
        text = "in several folders of one zip file: unpack it, one folder a student"
        return [Line(found.file, student, assignment, text, taken=False) for found, _ in copies]
    path = course.submitted_path(student, assignment)
    if not worked_on and path.is_file() and touched(nbformat.read(path, as_version=4), release):
        text = "as handed out: what was collected before is not"
        return [Line(found.file, student, assignment, text, taken=False, older=True) for found, _ in copies]

    def rank(copy: tuple[Found, repair.Taken]) -> tuple:
        found, _ = copy
        return copy in worked_on, found.attempt, int(found.entry.changed), natural(found.file)

    *others, (found, taken) = sorted(copies, key=rank)
    store(path, taken)
    chosen = [f"the last one changed of {len(copies)} copies"] if others else []
    text = "; ".join([*chosen, *taken.notes]) or "as handed out"
    lines = [Line(found.file, student, assignment, text, taken=True)]
    name = shown(found.entry.parts[-1:])
    for other in others:
        why = (
            f"not the latest: {name} is"
            if other in worked_on or not worked_on
            else f"as handed out: {name} is not"
        )
        more = sorted(answered(other[1].notebook, release) - answered(taken.notebook, release))
        why += f", which lacks {', '.join(more)}: ask which one is meant" if more else ""
        lines.append(Line(other[0].file, student, assignment, why, taken=False, older=True))
    return lines


def touched(notebook: NotebookNode, release: NotebookNode) -> bool:
    """Is it more than the notebook as handed out?"""
    given = {cell.source.strip() for cell in release.cells} | {""}
    return any(gradable(cell) and cell.source.strip() not in given for cell in notebook.cells)


def answered(notebook: NotebookNode, release: NotebookNode) -> set[str]:
    """The names of the exercises and questions that are not as handed out."""
    given = {repair.name(cell): cell.source for cell in release.cells}
    return {
        repair.name(cell) for cell in notebook.cells
        if repair.role(cell) in ("solution", "answer") and cell.source != given.get(repair.name(cell))
    }  # fmt: skip


def imported(notebook: NotebookNode, modules: set[str]) -> list[str]:
    """Notes about the files beside a notebook that it imports: they are not graded."""
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    names = set(re.findall(r"^[ \t]*(?:from|import)[ \t]+(\w+)", code, re.MULTILINE))
    found = sorted(name for name in modules if name.removesuffix(".py") in names)
    return [f"imports {name}, which is not read: ask for its code in the notebook" for name in found]


def gradable(cell: NotebookNode) -> bool:
    """Is it code or a written answer? Other text earns nothing: Colab adds some by itself."""
    return cell.cell_type == "code" or is_graded(cell)


def natural(text: str) -> list[tuple[int, str]]:
    """A sort key in which numbers are ordered by value."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d{1,9})", text)]


def store(path: Path, taken: repair.Taken) -> None:
    """Write the repaired notebook, unless it is there already: its date decides whether to grade it again."""
    text = nbformat.writes(taken.notebook) + "\n"
    if path.is_file() and path.read_text("utf-8") == text:
        return
    with atomic_write(path) as temporary:
        temporary.write_text(text, "utf-8")


def two_people(student: str, origins: set[str]) -> str:
    names = ", ".join(sorted(map(ascii, origins)))  # é and e with a combining accent differ
    return f"two people of one name: give each another ({student}: {names})"


class Record:
    """The results of collect so far: collected.json in the course folder."""

    def __init__(self, course: Course):
        self.path = course.root / "collected.json"
        self.people: dict[str, str] = {}  # student: origin
        self.numbers: dict[str, dict[str, str]] = {}  # student: assignment: Moodle's number
        self.lines: list[Line] = []
        if self.path.is_file():
            try:
                kept = json.loads(self.path.read_text("utf-8"))
                self.people = dict(kept["people"])
                self.numbers = {who: dict(mine) for who, mine in kept["numbers"].items()}
                self.lines = [Line(**line) for line in kept["lines"]]
            except (ValueError, KeyError, TypeError, AttributeError):
                raise LabError(f"{self.path} is damaged: remove it, and collect everything again") from None

    def meet(self, found: list[Found]) -> dict[str, str]:
        """Record the students → {student: reason} for names that two people share, now or with earlier ones.

        Names that differ in case alone are one name on many file systems.
        """
        origins: dict[str, set[str]] = {}
        here = [(f.student, f.origin) for f in found if f.student]
        numbers: dict[str, set[str]] = {}
        for one in found:
            numbers.setdefault(one.student, set()).add(one.number)
        for student, origin in [*self.people.items(), *here]:
            origins.setdefault(student.casefold(), set()).add(origin)
        shared = {}
        for student, _ in here:
            others = origins[student.casefold()]
            if len(others) > 1:
                shared[student] = two_people(student, others)
            elif len(numbers[student]) > 1:
                shared[student] = two_people(student, numbers[student])
        for student, origin in here:
            if student not in shared:
                self.people.setdefault(student, origin)
        return shared

    def other(self, one: Found, assignment: str) -> str:
        """Why a file is not taken that has another number of Moodle's for the same assignment than before."""
        if not one.number:
            return ""
        before = self.numbers.setdefault(one.student, {}).setdefault(assignment, one.number)
        return two_people(one.student, {before, one.number}) if before != one.number else ""

    def keep(self, lines: list[Line]) -> None:
        """Add the results of these files; earlier results of the same files are replaced."""
        new = {(line.file, line.student) for line in lines}
        self.lines = [line for line in self.lines if (line.file, line.student) not in new] + lines
        about = dict(people=self.people, numbers=self.numbers)
        text = json.dumps(about | dict(lines=[asdict(line) for line in self.lines]), indent=1)
        with atomic_write(self.path) as temporary:
            temporary.write_text(text + "\n", "utf-8")
