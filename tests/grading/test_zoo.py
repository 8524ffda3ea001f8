"""The zoo: every animal in grading/zoo is handed in, graded with all the others, and does nobody any harm."""

import hashlib
import html
import re
import shutil
import sqlite3
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell
from toy_course import Student

from grading import notebooks
from grading.autograde import autograde
from grading.collect import collect
from grading.course import Course
from grading.feedback import feedback
from grading.intake import role
from grading.notebooks import ROOT

NAME = "03_diffusion"
EXERCISES = ("code6", "code7", "code8")
EMPTY = "    # TODO: your code here\n    raise NotImplementedError"
CANARY = "zoo-was-here"
TOLD_NOBODY = "a-secret-of-the-bystander"
HEADER = re.compile(r"^(points|right|form|refused|hangs|says|xfail): (.+)$", re.MULTILINE)
BLOCK = re.compile(r"^```python ?(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap is not installed"),
]


@dataclass(frozen=True)
class Animal:
    """One file of the zoo, as its README describes it."""

    name: str
    header: dict[str, str]
    blocks: list[tuple[str, str]]  # (exercise or "", code)

    @property
    def points(self) -> dict[str, float]:
        listed = self.header["points"].replace("none", "")
        earned = dict(pair.split() for pair in listed.split(",") if pair)
        return {exercise: float(earned.get(exercise, 0)) for exercise in EXERCISES}


def read(path: Path) -> Animal:
    text = path.read_text("utf-8")
    animal = Animal(path.stem, dict(HEADER.findall(text)), BLOCK.findall(text))
    assert ("points" in animal.header) != ("refused" in animal.header), f"{path.name} says not what it gets"
    return animal


ZOO = [read(path) for path in sorted((ROOT / "grading" / "zoo").glob("*.md")) if path.stem != "README"]
GRADED = [animal for animal in ZOO if "points" in animal.header]
REFUSED = [animal for animal in ZOO if "refused" in animal.header]


def known(animals: list[Animal]) -> list:
    """For parametrize: attacks that still succeed are expected to."""

    def marks(animal: Animal) -> list:
        reason = animal.header.get("xfail")
        return [pytest.mark.xfail(strict=True, reason=reason)] if reason else []

    return [pytest.param(animal, id=animal.name, marks=marks(animal)) for animal in animals]


# ------------------------------------------------------------------------------------------------------------
#                                            From a file to a submission
# ------------------------------------------------------------------------------------------------------------


def half_a_file(student: Student) -> bytes:
    return student.bytes()[:2000]


def as_it_is(student: Student) -> bytes:
    return student.bytes()


def submission(animal: Animal, release, right: dict[str, str], course: Course) -> bytes:
    """The released notebook without free cells, with what the animal writes."""
    student = Student(release)
    student.cells[:] = [cell for cell in student.cells if role(cell) != "free"]
    for exercise in animal.header.get("right", "").split():
        student.write(exercise, right[exercise])
    below = None  # the exercise under the blocks, from the last one up
    for i, (exercise, code) in reversed(list(enumerate(animal.blocks))):
        code = code.replace("COURSE", str(course.root)).replace("ROOT", str(ROOT))
        if exercise:
            stub = student.cells[student.index(exercise)].source
            assert EMPTY in stub
            student.write(exercise, stub.replace(EMPTY, textwrap.indent(code, "    ")))
            below = exercise
        else:
            at = student.index(below) if below else len(student.cells)
            student.cells.insert(at, new_code_cell(code, id=f"own-{i}"))
            below = f"own-{i}"
    return globals()[animal.header.get("form", "as_it_is")](student)


# ------------------------------------------------------------------------------------------------------------
#                                                  What must stay
# ------------------------------------------------------------------------------------------------------------


def checksums(*folders: Path) -> dict[Path, str]:
    files = [p for folder in folders for p in folder.rglob("*") if p.is_file() and p.suffix != ".pyc"]
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def rows(course: Course, student: str) -> list[tuple]:
    """All that the gradebook says of a student."""
    query = """
        select student.*, submitted_assignment.*, grade.*, comment.* from student
        join submitted_assignment on submitted_assignment.student_id = student.id
        join submitted_notebook on submitted_notebook.assignment_id = submitted_assignment.id
        left join grade on grade.notebook_id = submitted_notebook.id
        left join comment on comment.notebook_id = submitted_notebook.id
        where student.id = ? order by grade.id, comment.id"""
    with sqlite3.connect(course.root / "gradebook.db") as database:
        return database.execute(query, [student]).fetchall()


def untouched(course: Course) -> tuple:
    """What no submission may change."""
    hers = course.autograded / "bystander"
    folders = checksums(ROOT / "solutions", course.submitted, course.root / "source", course.release, hers)
    return folders, course.seed(), rows(course, "bystander")


@dataclass(frozen=True)
class Round:
    """The whole zoo, graded."""

    course: Course
    lines: dict[str, object]
    failures: dict
    points: dict[str, dict[str, float]]
    before: tuple
    after: tuple
    pages: dict[str, str]


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Round:
    folder = tmp_path_factory.mktemp("zoo")
    source = notebooks.make(NAME)
    course = Course(folder / "course")
    course.prepare(lambda made: notebooks.write(made / NAME / f"{NAME}.ipynb", source))
    release = course.released()[NAME]
    right = {cell.id: cell.source for cell in source.cells}
    right = {e: "\n".join(s for s in right[e].splitlines() if "### " not in s) for e in EXERCISES}
    bystander = Animal("bystander", {"right": "code7"}, [("", f"{TOLD_NOBODY!r}")])
    for animal in [bystander, *ZOO]:
        (folder / "inbox" / animal.name).mkdir(parents=True)
        path = folder / "inbox" / animal.name / f"{NAME}.ipynb"
        path.write_bytes(submission(animal, release, right, course))
    lines = {line.student: line for line in collect(course, folder / "inbox")}

    def grade(*students: str, **settings) -> dict:
        return autograde(course, [(who, NAME) for who in students if lines[who].taken], **settings)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABKIT_SECRET", TOLD_NOBODY)
        assert grade("bystander") == {}
        before = untouched(course)
        failures = grade(*(a.name for a in GRADED if "hangs" not in a.header), timeout=60)
        failures |= grade(*(a.name for a in GRADED if "hangs" in a.header), timeout=6)
    after = untouched(course)
    points: dict[str, dict[str, float]] = {}
    for mark in course.marks():
        if not mark.written:
            points.setdefault(mark.student, {})[mark.name] = mark.points
    feedback(course)
    pages = {path.parts[-3]: path.read_text("utf-8") for path in course.feedback.rglob("*.html")}
    return Round(course, lines, failures, points, before, after, pages)


# ------------------------------------------------------------------------------------------------------------
#                                                      Tests
# ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("animal", known(GRADED))
def test_it_gets_what_it_earns(graded, animal):
    assert graded.points[animal.name] == animal.points, graded.lines[animal.name].text
    assert animal.header.get("says", "") in html.unescape(graded.pages[animal.name])


@pytest.mark.parametrize("animal", known(REFUSED))
def test_it_is_refused_with_a_reason(graded, animal):
    line = graded.lines[animal.name]
    assert not line.taken and animal.header["refused"] in line.text
    assert animal.name not in graded.points


def test_the_batch_goes_through(graded):
    assert graded.failures == {}
    assert set(graded.points) == set(graded.pages) == {"bystander", *(a.name for a in GRADED)}
    assert graded.points["bystander"] == {"code6": 0, "code7": 10, "code8": 0}


def test_nothing_else_is_touched(graded):
    for before, after in zip(graded.before, graded.after, strict=True):
        assert before == after
    left = [p for p in graded.course.autograded.rglob("*") if p.is_file() and p.name != f"{NAME}.ipynb"]
    assert not left
    places = [ROOT, Path("/tmp"), Path("/dev/shm"), Path.home(), graded.course.root, Path.cwd()]
    assert not [place for place in places if (place / CANARY).exists()]
    found = [p for folder in ("labkit", "solutions", "grading") for p in (ROOT / folder).rglob(CANARY)]
    assert not found + list(graded.course.root.rglob(CANARY))


def test_no_secret_is_in_the_feedback(graded):
    rubrics = [
        line for rubric in notebooks.rubrics().values() for line in rubric.splitlines() if len(line) > 40
    ]
    secrets = [str(graded.course.seed()), *rubrics]
    for who, page in graded.pages.items():
        text = html.unescape(page)
        mine = secrets if who == "bystander" else [*secrets, TOLD_NOBODY]
        assert not [secret for secret in mine if secret in text], who
