"""The zoo: animals of grading/zoo are handed in, graded with all the others, and do nobody any harm."""

import base64
import ctypes
import hashlib
import html
import json
import os
import platform
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

import nbformat
import pytest
from hostile import STATE, Hostile
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from nbgrader.utils import is_grade
from test_outputs import Page
from tiers import portion
from toy_course import Student, copied

from grading.batch.autograde import autograde
from grading.batch.jobs import Job, Result
from grading.batch.pool import Pool, done
from grading.book.feedback import feedback
from grading.build import notebooks
from grading.course import Course
from grading.intake.collect import collect
from grading.intake.inbox import FILE
from grading.intake.repair import role
from grading.paths import ROOT
from grading.sandbox import seccomp

NAME = "03_diffusion"
EXERCISES = ("code6", "code7", "code8")
EMPTY = "    # TODO: your code here\n    raise NotImplementedError"
CANARY = "zoo-was-here"
SECRET = "a-secret-of-the-bystander"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
HEADER = re.compile(r"^(points|right|form|refused|hangs|message|waits|above): (.+)$", re.MULTILINE)
BLOCK = re.compile(r"^```python ?(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sandboxed")]


@dataclass(frozen=True, eq=False)
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
    assert ("points" in animal.header) != ("refused" in animal.header), (
        f"{path.name} has neither points nor refused"
    )
    return animal


ZOO = [read(path) for path in sorted((ROOT / "grading" / "zoo").glob("*.md")) if path.stem != "README"]
UNPRIVILEGED = ("curious", "gradebook", "keyring", "system_calls", "writer")  # graded by one once more
NAME_OF = attrgetter("name")
TAKEN = portion(ZOO, 12, NAME_OF, always=lambda animal: animal.name in (*UNPRIVILEGED, "scripts"))
if order := os.environ.get("LABKIT_ZOO_ORDER"):  # any number: graded in another order
    random.Random(int(order)).shuffle(TAKEN)
GRADED = [animal for animal in TAKEN if "points" in animal.header]
REFUSED = [animal for animal in TAKEN if "refused" in animal.header]


# ------------------------------------------------------------------------------------------------------------
#                                            From a file to a submission
# ------------------------------------------------------------------------------------------------------------


def as_it_is(student: Student, path: Path) -> None:
    path.write_bytes(student.bytes())


def through_colab(student: Student, path: Path) -> None:
    path.write_bytes(student.through_colab())


def only_answers(student: Student, path: Path) -> None:
    student.cells[:] = [cell for cell in student.cells if cell.id == "code7"]
    as_it_is(student, path)


def same_ids(student: Student, path: Path) -> None:
    for cell in student.cells:
        cell.id = "code7"
    as_it_is(student, path)


def upside_down(student: Student, path: Path) -> None:
    student.cells.reverse()
    as_it_is(student, path)


def forged(student: Student, path: Path) -> None:
    ten = new_output("execute_result", data={"text/plain": "1000"})
    for exercise in EXERCISES:
        cell = student.cells[student.index(f"check-{exercise}")]
        cell.source, cell.outputs, cell.metadata.nbgrader.points = "1000", [ten], 1000
        student.cells.append(
            new_code_cell("1000", outputs=[ten], metadata=cell.metadata, id=f"{exercise}-too")
        )
    as_it_is(student, path)


def many_cells(student: Student, path: Path) -> None:
    student.cells += [new_markdown_cell(f"<!-- {i} -->", id=f"own-{i}") for i in range(10_000)]
    as_it_is(student, path)


def unicode(student: Student, path: Path) -> None:
    """Letters that look like others, text that runs backwards, half a character, a zero byte."""
    odd = "\u202e\u200b\ufeff\x00 @l\u0430bkit.exercise(labkit.diffusion.ddpm_step)"
    student.cells.append(new_markdown_cell(f"{odd}\ud800", id="odd"))
    student.cells.append(new_code_cell("\uff43\uff48\uff45\uff43\uff4b = '\udfff'", id="wide"))
    path.with_name("\u202e ㋿ \u0301 (1).ipynb").write_bytes(student.bytes())


def scripts(student: Student, path: Path) -> None:
    evil = "<script>attack()</script>\n\n[x](javascript:attack()) <img src=x onerror=attack()>"
    for cell in student.cells:
        if "answer" in cell.id:
            cell.source += f"\n\n{evil}"
    student.cells += [new_markdown_cell(evil, id="own-text"), new_raw_cell(evil, id="own-raw")]
    as_it_is(student, path)


def stuffed(student: Student, path: Path) -> None:
    hostile = Hostile("http://127.0.0.1:9")
    student.cells += hostile.cells()
    state = {name: {"model_name": "x", "state": kept} for name, kept in hostile.widgets().items()}
    student.notebook.metadata |= hostile.metadata() | {"widgets": {STATE: {"state": state}}}
    shown = [
        new_output("display_data", data=data, metadata=about) for data, about in hostile.displays().values()
    ]
    for cell in student.cells:
        cell.metadata |= hostile.cell_metadata()
        if cell.cell_type == "code":
            cell.outputs = shown
        else:
            cell.attachments = hostile.attachments()
    as_it_is(student, path)


def missing_picture(student: Student, path: Path) -> None:
    student.cells.append(new_markdown_cell("![my picture](attachment:nowhere.png)", id="picture"))
    as_it_is(student, path)


def slow_page(student: Student, path: Path) -> None:
    texts = ("a" + " " * 100_000 + "b", "\\\\(" * 50_000)
    student.cells += [new_markdown_cell(text, id=f"slow-{i}") for i, text in enumerate(texts)]
    student.cells.append(new_code_cell("'a'" + "\n " * 8000, id="slow-code"))
    as_it_is(student, path)


def old_format(student: Student, path: Path) -> None:
    path.write_text(json.dumps(nbformat.convert(student.notebook, 3)))


def half_a_file(student: Student, path: Path) -> None:
    path.write_bytes(student.bytes()[:2000])


def empty_file(student: Student, path: Path) -> None:
    path.touch()


def brackets(student: Student, path: Path) -> None:
    path.write_text("[" * 1_000_000)


def other_course(student: Student, path: Path) -> None:
    student.cells[:] = [new_code_cell("print('Hello')", id="hello")]
    as_it_is(student, path)


def no_cells(student: Student, path: Path) -> None:
    path.write_text('["cells", {"nbformat": 4}]')


def link(student: Student, path: Path) -> None:
    path.symlink_to("../bystander/03_diffusion.ipynb")


def too_large(student: Student, path: Path) -> None:
    with open(path, "wb") as file:
        file.truncate(FILE + 1)


# What honest students hand in


def merged(student: Student, path: Path) -> None:
    names = ("code7", "check-code7", "code8", "check-code8")
    at = student.index("code7")
    source = "\n\n".join(student.cells[student.index(name)].source for name in names)
    student.cells[:] = [cell for cell in student.cells if cell.id not in names]
    student.cells.insert(at, new_code_cell(f'labkit.check("code6")\n{source}', id="merged"))
    as_it_is(student, path)


def copies(path: Path, *files: tuple[str, Student]) -> None:
    """Files beside or below the notebook's place, the last one changed last."""
    for seconds, (name, student) in enumerate(files):
        file = path.parent / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(student.bytes())
        os.utime(file, (1_700_000_000 + seconds,) * 2)


def template_later(student: Student, path: Path) -> None:
    copies(path, (path.name, student), ("03_diffusion (1).ipynb", Student(student.release)))


def repository(student: Student, path: Path) -> None:
    template = Student(student.release)
    (path.parent / "labkit-main" / "labkit").mkdir(parents=True)
    (path.parent / "labkit-main" / "labkit" / "motion.py").write_text("")
    copies(
        path, ("labkit-main/my_work.ipynb", student), ("labkit-main/notebooks/03_diffusion.ipynb", template)
    )


def numbered(student: Student, path: Path) -> None:
    earlier = Student(student.notebook)
    earlier.write("code7", earlier.cells[earlier.index("code7")].source + "\n    return x_t")
    earlier.write("code8", "")
    for number, copy in ((10, student), (9, earlier)):
        copies(path, (f"03_diffusion ({number}).ipynb", copy))


def two_notebooks(student: Student, path: Path) -> None:
    other = nbformat.read(ROOT / "notebooks" / "01_dataset.ipynb", 4)
    texts = [cell for cell in other.cells if cell.cell_type == "markdown"]
    path.write_text(json.dumps(new_notebook(cells=texts)) + "\n" + student.bytes().decode())


def zipped(student: Student, path: Path) -> None:
    with zipfile.ZipFile(path.with_name("work.zip"), "w") as archive:
        archive.writestr("__MACOSX/homework/._03_diffusion.ipynb", b"\0\5\x16\7")
        archive.writestr("homework/03_diffusion.ipynb", student.bytes())
        archive.writestr(
            "homework/.ipynb_checkpoints/03_diffusion-checkpoint.ipynb", Student(student.release).bytes()
        )


ANSWER = "DDIM's steps need no noise."


def in_question(student: Student, path: Path) -> None:
    student.write("q6", student.cells[student.index("q6")].source + f"\n\n{ANSWER}")
    as_it_is(student, path)


def raw_answer(student: Student, path: Path) -> None:
    student.cells[student.index("answer-q6")] = new_raw_cell(ANSWER, id="answer-q6")
    as_it_is(student, path)


def comment(student: Student, path: Path) -> None:
    student.cells.insert(student.index("answer-q6"), new_code_cell(f"# {ANSWER}", id="comment"))
    as_it_is(student, path)


def screenshots(student: Student, path: Path) -> None:
    data = base64.b64encode(PNG + bytes(10**5)).decode()
    for name in ("answer-q6", "answer-q7"):
        student.write(
            name, f"<!-- {name.replace('-', ' ')} -->\n" + f"![x](data:image/png;base64,{data})\n" * 3
        )
    as_it_is(student, path)


def saved_outputs(student: Student, path: Path) -> None:
    cell = student.cells[student.index("check-code7")]
    cell.outputs = [new_output("stream", text="17, " * (50 * 2**18))]
    as_it_is(student, path)


def windows(student: Student, path: Path) -> None:
    for cell in student.cells:
        cell.source = cell.source.replace("\n", "\r\n")
    as_it_is(student, path)


def utf16(student: Student, path: Path) -> None:
    path.write_bytes(student.bytes().decode().encode("utf-16"))


def vscode(student: Student, path: Path) -> None:
    for i, cell in enumerate(student.cells):
        cell.id, cell.metadata = f"#VSC-{i:08x}", {"vscode": {"languageId": "python"}}
    student.notebook.metadata = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    as_it_is(student, path)


def doubled(student: Student, path: Path) -> None:
    student.cells[:] = [cell for cell in student.cells for _ in range(2)]
    as_it_is(student, path)


def cell_magics(student: Student, path: Path) -> None:
    for exercise, magic in zip(EXERCISES, ("%%time", "%%capture printed", "%%timeit -n 1 -r 1")):
        student.write(exercise, f"{magic}\n{student.cells[student.index(exercise)].source}")
    as_it_is(student, path)


def aliased(student: Student, path: Path) -> None:
    for exercise in EXERCISES:
        source = student.cells[student.index(exercise)].source
        source = source.replace("@labkit.exercise(labkit.", "@lk.exercise(lk.")
        student.write(exercise, source.replace("import labkit\n", "import labkit as lk\n"))
    through_colab(student, path)


def called(student: Student, path: Path) -> None:
    for exercise in EXERCISES:
        source = student.cells[student.index(exercise)].source
        decorator = next(line for line in source.splitlines() if line.startswith("@"))
        name = decorator.strip("@)").rpartition(".")[2]
        student.write(exercise, f"{source.replace(decorator, '')}\n\n{decorator[1:]}({name})")
    as_it_is(student, path)


def aliased_checks(student: Student, path: Path) -> None:
    for cell in student.cells:
        if cell.cell_type == "code":
            cell.source = re.sub(r"\blabkit\.(exercise|check|diffusion\.dd)", r"lk.\1", cell.source)
            cell.source = cell.source.replace("import labkit\n", "import labkit as lk\n")
    through_colab(student, path)


def formatted(student: Student, path: Path) -> None:
    for exercise in EXERCISES:
        source = student.cells[student.index(exercise)].source
        source = re.sub(r"@labkit\.exercise\((.+)\)", r"@labkit.exercise(\n    \1,\n)", source)
        student.write(exercise, source.replace("\n", "\r") if exercise == "code8" else source)
        student.write(f"check-{exercise}", f'verdict = labkit.check("{exercise}")\nprint(verdict)')
    through_colab(student, path)


def badge_later(student: Student, path: Path) -> None:
    template = Student(student.release)
    badge = '<a href="https://colab.research.google.com/github/x/y.ipynb"><img alt="Open In Colab"/></a>'
    template.cells.insert(0, new_markdown_cell(badge, id="view-in-github"))
    template.cells.append(new_code_cell("", id="empty"))
    copies(path, (path.name, student), ("03_diffusion (1).ipynb", template))


def helped(student: Student, path: Path) -> None:
    """Its answers use a name that other cells define."""
    for exercise in EXERCISES:
        above, quotes, below = student.cells[student.index(exercise)].source.rpartition('"""')
        student.write(exercise, f"{above}{quotes}\n    assert half == 0.5{below}")
    as_it_is(student, path)


def timed(student: Student, path: Path) -> None:
    for exercise in EXERCISES:
        source = student.cells[student.index(exercise)].source
        student.write(exercise, f"%%time\nimport math, not_installed_here\nimport not_here_either\n{source}")
    as_it_is(student, path)


def bare(student: Student, path: Path) -> None:
    cells = [dict(cell_type=cell.cell_type, source=cell.source) for cell in student.cells]
    cells = [cell | dict(metadata=None, outputs=None, attachments=None) for cell in cells]
    path.write_text(json.dumps(dict(cells=cells, metadata=None)))


def old_version(student: Student, path: Path) -> None:
    stubs = Student(student.release)
    for exercise in EXERCISES:
        old = stubs.cells[stubs.index(exercise)].source
        quoted, comments = old.replace('"""', "'''"), textwrap.indent(old, "# ", lambda line: True)
        source = student.cells[student.index(exercise)].source
        student.write(exercise, f'"""\n{quoted}\n"""\n{comments}\n{source}')
    as_it_is(student, path)


def tried(student: Student, path: Path) -> None:
    for exercise in EXERCISES:
        source = student.cells[student.index(exercise)].source
        student.write(exercise, source.replace("    ", "\t").replace("\n", "\r\n"))
        student.write(f"check-{exercise}", f'try:\n    labkit.check("{exercise}")\nfinally:\n    pass')
    through_colab(student, path)


# What others hand in


def planted_list(student: Student, path: Path) -> None:
    listed = "submission_1:\n  :submitters:\n  - :name: bystander\n    :email: bystander\n"
    (path.parent / "submission_metadata.yml").write_text(listed)
    (path.parent / "submission_1").mkdir()
    as_it_is(Student(student.release), path.parent / "submission_1" / path.name)
    as_it_is(student, path)


def yaml_bomb(student: Student, path: Path) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefghi", "bcdefghij")]
    (path.parent / "submission_metadata.yml").write_text("\n".join(lines))
    as_it_is(student, path)


def other_names(student: Student, path: Path) -> None:
    template = Student(student.release)
    for name in (
        "bystander/x.ipynb",
        "by\u200bstander/x.ipynb",
        "Bystander_12_assignsubmission_file_/x.ipynb",
    ):
        copies(path, (name, template), (path.name, student))


def many_attachments(student: Student, path: Path) -> None:
    small = {"image/png": base64.b64encode(PNG).decode()}
    pictures = {f"{i}.png": small for i in range(20_000)}
    student.cells.append(new_markdown_cell("my pictures", id="pictures", attachments=pictures))
    as_it_is(student, path)


def covering_page(student: Student, path: Path) -> None:
    text = """<a class="navbar-fixed-top" style="position:fixed" href="http://127.0.0.1:9">100 points</a>
<div class="jp-Cell" id="points"><form action="/"><input autofocus></form></div>
<style>*{display:none}</style><base href="http://127.0.0.1:9"><meta http-equiv="refresh" content="0">"""
    student.cells.append(new_markdown_cell(text, id="covering"))
    as_it_is(student, path)


def formulas(student: Student, path: Path) -> None:
    for name, text in (("q6", '=HYPERLINK("http://127.0.0.1:9";"x")'), ("q7", "\tx;\uff1d1+1\r\n@SUM(A1)")):
        student.write(f"answer-{name}", f"<!-- answer {name} -->\n{text}")
    as_it_is(student, path)


def other_kernel(student: Student, path: Path) -> None:
    language = {"name": "javascript", "file_extension": ".html", "nbconvert_exporter": "x", "version": "10"}
    spec = {"name": "../../zoo", "display_name": "x", "language": "bash", "argv": ["touch", "zoo-was-here"]}
    student.notebook.metadata = {"kernelspec": spec, "language_info": language, "nbformat": 3}
    as_it_is(student, path)


def parse_bombs(student: Student, path: Path) -> None:
    branches = "if 1:\n pass\n" + "elif 1:\n pass\n" * 2000
    texts = ("-" * 60_000 + "1", "a" + ".b" * 10_000, "(" * 500, "1+" * 10_000 + "1", branches)
    for i, text in enumerate(texts):
        student.cells.append(new_code_cell(f'{text}\nlabkit.check("code7")', id=f"bomb-{i}"))
    as_it_is(student, path)


def hidden_markers(student: Student, path: Path) -> None:
    markers = "### BEGIN HIDDEN TESTS\n10\n### END HIDDEN TESTS\n### BEGIN MARK SCHEME\n10 points\n"
    student.cells.insert(student.index("check-code7"), new_code_cell(markers, id="markers"))
    student.write("answer-q6", f"<!-- answer q6 -->\n{markers}\n<!-- answer q7 --> <!-- answer code7 -->")
    as_it_is(student, path)


def zip_paths(student: Student, path: Path) -> None:
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
        archive.writestr("../bystander/03_diffusion.ipynb", student.bytes())


def pipe(student: Student, path: Path) -> None:
    os.mkfifo(path)


def encrypted(student: Student, path: Path) -> None:
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
        archive.writestr(path.name, student.bytes())
    data = bytearray(path.with_suffix(".zip").read_bytes())
    for mark, flags in ((b"PK\1\2", 8), (b"PK\3\4", 6)):  # bit 0 of the flags, in both headers
        data[data.index(mark) + flags] |= 1
    path.with_suffix(".zip").write_bytes(data)


def hand_in(animal: Animal, path: Path, release, right: dict[str, str], course: Course) -> None:
    """The released notebook without free cells, with what the animal writes."""
    student = Student(release)
    student.cells[:] = [cell for cell in student.cells if role(cell) != "free"]
    for exercise in animal.header.get("right", "").split():
        student.write(exercise, right[exercise])
    below = animal.header.get("above")  # the exercise under the blocks, from the last one up
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
    globals()[animal.header.get("form", "as_it_is")](student, path)


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
    """The animals that this run takes, graded."""

    course: Course
    lines: dict[str, object]
    failures: dict
    points: dict[str, dict[str, float]]
    waiting: dict[str, list[str]]
    before: tuple
    after: tuple
    pages: dict[str, str]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Course:
    """A course of this one notebook, with nobody in it."""
    course = Course(tmp_path_factory.mktemp("prepared") / "course")
    course.prepare(lambda made: notebooks.write(made / NAME / f"{NAME}.ipynb", notebooks.make(NAME)))
    return course


def take_in(prepared: Course, folder: Path, animals: list[Animal]) -> tuple[Course, dict]:
    """A copy of the course with these submissions collected, and what became of them."""
    course = copied(prepared, folder)
    release = course.released()[NAME]
    code = {cell.id: cell.source for cell in notebooks.make(NAME).cells}
    right = {e: "\n".join(s for s in code[e].splitlines() if "### " not in s) for e in EXERCISES}
    for animal in animals:
        (folder / "inbox" / animal.name).mkdir(parents=True)
        hand_in(animal, folder / "inbox" / animal.name / f"{NAME}.ipynb", release, right, course)
    lines = reversed(collect(course, folder / "inbox"))  # what was taken comes last
    return course, {line.student: line for line in lines}


def points(course: Course) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for mark in course.marks():
        if not mark.written:
            found.setdefault(mark.student, {})[mark.name] = mark.points
    return found


def once(pool: Pool, submissions: Iterable[tuple[object, Job]]) -> Iterator[tuple[object, Result]]:
    """`Pool.results` without its repetition of what timed out: these animals time out alone, too."""
    waiting = {pool.submit(job): whose for whose, job in submissions}
    while waiting:
        yield from done(waiting)


def waiting(course: Course) -> dict[str, list[str]]:
    """The written answers that a person has to grade, by student."""
    found: dict[str, list[str]] = {}
    for mark in course.marks():
        if mark.written and mark.points is None:
            found.setdefault(mark.student, []).append(mark.name)
    return found


@pytest.fixture(scope="module")
def graded(prepared, tmp_path_factory) -> Round:
    bystander = Animal("bystander", {"right": "code7"}, [("", f"{SECRET!r}")])
    course, lines = take_in(prepared, tmp_path_factory.mktemp("zoo"), [bystander, *TAKEN])

    def grade(*students: str, workers: int = 2, **settings) -> dict:
        pairs = [(who, NAME) for who in students if lines[who].taken]
        return autograde(course, pairs, workers=workers, **settings)

    seccomp.own_keyring()  # of these tests, with a secret in it that kernels must not inherit
    if calls := seccomp.CALLS.get(platform.machine()):
        secret = SECRET.encode()
        ctypes.CDLL(None).syscall(calls["add_key"], b"user", b"labkit-secret", secret, len(secret), -3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LABKIT_SECRET", SECRET)
        assert grade("bystander") == {}
        before = untouched(course)
        failures = grade(*(a.name for a in GRADED if "hangs" not in a.header), timeout=60)
        patch.setattr(Pool, "results", once)
        failures |= grade(*(a.name for a in GRADED if "hangs" in a.header), timeout=15, workers=4)
    after = untouched(course)
    feedback(course)
    pages = {path.parts[-3]: path.read_text("utf-8") for path in course.feedback.rglob("*.html")}
    return Round(course, lines, failures, points(course), waiting(course), before, after, pages)


# ------------------------------------------------------------------------------------------------------------
#                                                      Tests
# ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("animal", GRADED, ids=NAME_OF)
def test_it_gets_what_it_earns(graded, animal):
    assert graded.points.get(animal.name) == animal.points, graded.lines[animal.name].text
    if "waits" in animal.header:
        assert graded.waiting[animal.name] == animal.header["waits"].split()
    page = html.unescape(graded.pages[animal.name])
    assert animal.header.get("message", "") in page
    assert "No module named 'grading" not in page  # it found the parts of the grader that it attacks


@pytest.mark.parametrize("animal", REFUSED, ids=NAME_OF)
def test_it_is_refused_with_a_reason(graded, animal):
    line = graded.lines[animal.name]
    assert not line.taken and animal.header["refused"] in line.text
    assert animal.name not in graded.points


def test_the_batch_goes_through(graded):
    assert graded.failures == {}
    assert set(graded.points) == set(graded.pages) == {"bystander", *(animal.name for animal in GRADED)}
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
        mine = secrets if who == "bystander" else [*secrets, SECRET]
        assert not [secret for secret in mine if secret in text], who


def test_pages_run_nothing_of_an_animals(graded):
    given = Page(graded.pages["bystander"]).found
    assert {who for who, page in graded.pages.items() if Page(page).found - given} == set()
    assert "attack()" in graded.pages["scripts"]  # shown as text


def test_notebooks_keep_nothing_that_acts(graded):
    """Of metadata, outputs and attachments; what that means in a browser is in test_hostile_pages."""
    plain, released = {"text/plain", "image/png", "image/jpeg"}, graded.course.released()[NAME]
    given = {json.dumps(cell.metadata) for cell in released.cells} | {"{}"}
    for path in [*graded.course.submitted.rglob("*.ipynb"), *graded.course.autograded.rglob("*.ipynb")]:
        assert path.stat().st_size < 24 * 2**20
        notebook = nbformat.read(path, 4)
        assert set(notebook.metadata) <= {*released.metadata, "labkit"}, path
        for key in ("language_info", "kernelspec"):
            assert notebook.metadata[key] == released.metadata[key]
        for cell in notebook.cells:
            if path.is_relative_to(graded.course.submitted):
                assert json.dumps(cell.metadata) in given, path
            else:
                assert set(cell.metadata) <= {"nbgrader"}, path
            kinds = {kind for of_it in cell.get("attachments", {}).values() for kind in of_it}
            if cell.cell_type == "code" and not is_grade(cell):
                kinds |= {kind for output in cell.outputs for kind in output.get("data", ())}
                assert not any(output.get("metadata") for output in cell.outputs)
            assert kinds <= plain, path


def opened(*folders: Path) -> list[str]:
    """A command's beginning: as root, but with these folders open to everybody, those in root's home too."""
    command = ["bwrap", "--dev-bind", "/", "/", "--cap-add", "ALL"]
    hidden, inside = set(), []
    for folder in folders:
        closed = [parent for parent in reversed(folder.parents) if not parent.stat().st_mode & 0o001]
        if not closed:
            continue
        hidden.add(closed[0])
        for parent in reversed(folder.parents):
            if parent != closed[0] and parent.is_relative_to(closed[0]):
                inside += ["--perms", "0755", "--dir", parent]
        inside += ["--ro-bind", folder, folder]
    for folder in hidden:
        command += ["--perms", "0755", "--tmpfs", folder]
    return [*map(str, [*command, *inside]), "--"] if hidden else []


@pytest.mark.skipif(os.geteuid() != 0, reason="the whole zoo is graded by an unprivileged user here")
def test_an_unprivileged_user_grades_as_well(prepared):
    """What root's sandbox keeps out, that of an ordinary user keeps out too."""
    if not shutil.which("setpriv"):
        pytest.skip("setpriv is not installed")
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"]
    nobody = [*opened(Path(sys.base_prefix), ROOT), *nobody]
    sandbox = [*nobody, "bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
    if subprocess.run(sandbox, capture_output=True).returncode:
        pytest.skip("this machine does not let ordinary users make namespaces")
    animals = [animal for animal in ZOO if animal.name in UNPRIVILEGED]
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to other users
        course, _ = take_in(prepared, Path(folder), animals)
        for path in (Path(folder), *Path(folder).rglob("*")):
            os.chown(path, 65534, 65534)
        env = os.environ | {"HOME": folder, "MPLCONFIGDIR": folder, "PYTHONDONTWRITEBYTECODE": "1"}
        env["LABKIT_SECRET"] = SECRET
        command = [sys.executable, "-m", "grading", "autograde", "--course", str(course.root)]
        result = subprocess.run([*nobody, *command], cwd=ROOT, env=env, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr[-2000:]
        assert points(course) == {animal.name: animal.points for animal in animals}
        assert not list(Path(folder).rglob(CANARY))
        seen = course.graded_notebook("curious", NAME)
        assert "environ" in str(seen) and SECRET not in str(seen)
