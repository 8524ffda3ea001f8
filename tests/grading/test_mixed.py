"""Two dozen submissions as a class would send them, graded in one go by the commands: each gets what it
earns, whoever else is graded before, after and beside it."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from tiers import ALL
from toy_course import ANSWER, Student, copied

from grading import cli
from grading.course import Course

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sandboxed")]

Change = Callable[[Student], None]


def code(*changes: tuple[str, str]) -> Change:
    """The right answer with some of it replaced; answers to the questions too."""

    def write(student: Student) -> None:
        student.solve()
        text = ANSWER
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        student.write("code7", text)

    return write


MEAN = "mean = (a_prev.sqrt() * beta * x0 + alpha.sqrt() * (1 - a_prev) * x_t) / (1 - a_t)"
EQ_11 = (
    "mean = (x_t - beta / (1 - a_t).sqrt() * _) / alpha.sqrt()"  # the noise is what `split` gives beside x0
)
SPLIT = "x0, _ = schedule.split(prediction, x_t, t)"
BETA = "variance = (t_prev >= 0)[:, None, None] * beta  #"
SIGMA = "mean + variance.sqrt() * noise"
right = code()


def empty(student: Student) -> None:
    pass


def edited_check(student: Student) -> None:
    right(student)
    cell = student.cells[student.index("check-code7")]
    cell.source, cell.metadata.nbgrader.points = 'labkit.check("code7")  # 10 points!', 1000


def split(student: Student) -> None:
    """Imports in a cell of their own, and the answer to q6 in two."""
    right(student)
    imports, rest = ANSWER.split("\n\n\n")
    student.write("code7", rest)
    student.cells.insert(student.index("code7"), new_code_cell(imports, id="imports"))
    student.cells.insert(student.index("answer-q6") + 1, new_markdown_cell("And one more.", id="more"))


def only_the_code(student: Student) -> None:
    right(student)
    student.cells[:] = [cell for cell in student.cells if cell.id == "code7"]


def one_id(student: Student) -> None:
    right(student)
    for cell in student.cells:
        cell.id = "x"


def no_metadata(student: Student) -> None:
    right(student)
    student.notebook.metadata = {}
    for cell in student.cells:
        cell.metadata = {}


def upside_down(student: Student) -> None:
    right(student)
    student.cells.reverse()


def twice(student: Student) -> None:
    """A wrong try above the right one, both under the exercise's name."""
    right(student)
    again = new_code_cell(ANSWER, id="code7-1", metadata=student.cells[student.index("code7")].metadata)
    student.cells.insert(student.index("code7") + 1, again)
    student.write("code7", ANSWER.replace(SIGMA, "0 * x_t"))


def warns(student: Student) -> None:
    code((SIGMA, "print(t) or __import__('warnings').warn('old') or " + SIGMA))(student)


def exits(student: Student) -> None:
    code((SIGMA, "__import__('os')._exit(0)"))(student)


def lies(student: Student) -> None:
    """The shape is right; the rest of it is said, printed and patched."""
    code((SIGMA, "x_t"))(student)
    ten = new_output("execute_result", data={"text/plain": "10"})
    student.cells[student.index("check-code7")].outputs = [ten]
    patch = "import labkit, torch\nlabkit.check = lambda name: 10\ntorch.equal = lambda *a, **k: True"
    student.cells.insert(1, new_code_cell(patch, id="patch"))


def as_it_is(student: Student) -> bytes:
    return student.bytes()


def colab(student: Student) -> bytes:
    return student.through_colab()


def format_3(student: Student) -> bytes:
    return json.dumps(nbformat.convert(student.notebook, 3)).encode()


def cut_short(student: Student) -> bytes:
    return student.bytes()[:900]


def zipped(student: Student) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("__MACOSX/._03.ipynb", b"junk")
        archive.writestr("lab 3/03_diffusion.ipynb", student.bytes())
    return data.getvalue()


NB = "03_diffusion.ipynb"
CLASS = [  # where the file is, what is in it, as what it is saved; student, points of code7
    (f"ada/{NB}", right, as_it_is, "ada", 10),
    (f"bob/{NB}", empty, as_it_is, "bob", 0),
    (f"eleven/{NB}", code((MEAN, EQ_11)), as_it_is, "eleven", 10),
    (f"beta/{NB}", code(("variance =", BETA)), as_it_is, "beta", 10),
    (f"deviation/{NB}", code(("variance.sqrt()", "variance")), as_it_is, "deviation", 6.25),
    (f"quiet/{NB}", code((SIGMA, "mean")), as_it_is, "quiet", 6),
    (f"x0/{NB}", code((SIGMA, "x0")), as_it_is, "x0", 2),
    (f"first/{NB}", code(("x0, _", "t = t[:1].expand(len(t))\n    x0, _")), as_it_is, "first", 7.5),
    (f"double/{NB}", code((SIGMA, f"({SIGMA}).double()")), as_it_is, "double", 9.5),
    (f"sample/{NB}", code((SPLIT, "x0 = prediction")), as_it_is, "sample", 6.5),
    (f"syntax/{NB}", code(("alpha = a_t / a_prev", "alpha = a_t /")), as_it_is, "syntax", 0),
    ("colab/Copy of 03_diffusion.ipynb", right, colab, "colab", 10),
    ("copies/Kopie von 03_diffusion (1) – Ü.IPYNB", right, as_it_is, "copies", 10),
    (f"old/{NB}", right, format_3, "old", 10),
    (f"same/{NB}", one_id, as_it_is, "same", 10),
    (f"bare/{NB}", no_metadata, colab, "bare", 10),
    ("doejane_LATE_4711_90210_03_diffusion-1.ipynb", split, as_it_is, "doejane_4711", 10),
    (f"Max Roe_123_assignsubmission_file_/{NB}", only_the_code, as_it_is, "Max_Roe", 10),
    (f"submission_99/{NB}", upside_down, as_it_is, "li@example.org", 10),
    ("zoe.zip", twice, zipped, "zoe", 10),
    (f"warns/{NB}", warns, as_it_is, "warns", 10),
    (f"exits/{NB}", exits, as_it_is, "exits", 0),
    (f"liar/{NB}", lies, as_it_is, "liar", 1),
    (f"cut/{NB}", right, cut_short, "cut", None),  # left out
]  # fmt: skip
GRADESCOPE = "submission_99:\n  :submitters:\n  - :name: Li\n    :email: li@example.org\n"
EXPECTED = {student: points for *_, student, points in CLASS if points is not None}
WRITTEN = {"bob": 0, "Max_Roe": 0}  # answers that are not there; all others wait for somebody


@pytest.fixture(scope="module")
def inbox(tmp_path_factory, releases) -> Path:
    folder = tmp_path_factory.mktemp("inbox")
    for path, change, save, _, _ in CLASS:
        student = Student(releases["03_diffusion"])
        change(student)
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(save(student))
    (folder / "submission_metadata.yml").write_text(GRADESCOPE)
    return folder


@pytest.fixture(scope="module")
def collected(inbox, _course, tmp_path_factory) -> Course:
    """The toy course with all of them collected, and nobody graded."""
    course = copied(_course, tmp_path_factory.mktemp("mixed"))
    course.seed()
    before = {path: path.read_bytes() for path in inbox.rglob("*") if path.is_file()}
    assert cli.main(["collect", "--course", str(course.root), str(inbox)]) == 0
    assert before == {path: path.read_bytes() for path in inbox.rglob("*") if path.is_file()}
    return course


def autograde(course: Course, *arguments: str) -> dict[str, float]:
    """Points of code7 by student."""
    assert cli.main(["autograde", "--course", str(course.root), "--workers", "2", *arguments]) == 0
    return {mark.student: mark.points for mark in course.marks() if mark.name == "code7"}


def test_everybody_gets_what_the_table_says(collected, tmp_path, capsys):
    course = copied(collected, tmp_path)
    assert [student for student, _ in course.submissions()] == sorted(EXPECTED)
    assert autograde(course) == EXPECTED
    q6 = {mark.student: mark.points for mark in course.marks() if mark.name == "q6"}
    assert q6 == {student: WRITTEN.get(student) for student in EXPECTED}
    assert f"{len(EXPECTED)} graded now, 0 before" in capsys.readouterr().out


def test_one_alone_and_others_in_another_order(collected, tmp_path, monkeypatch):
    """Those whose points say most, last first; then one of them in a course where nobody else was graded."""
    chosen = ["zoe", "warns", "quiet", "liar", "first", "exits", "beta", "deviation"][:: 1 if ALL else 2]
    course, alone = copied(collected, tmp_path), copied(collected, tmp_path / "alone")
    monkeypatch.setattr(Course, "submissions", lambda *a: [(who, "03_diffusion") for who in chosen])
    assert autograde(course) == {who: EXPECTED[who] for who in chosen}
    monkeypatch.undo()
    found = autograde(alone, "--student", "deviation")
    assert found["deviation"] == EXPECTED["deviation"]
