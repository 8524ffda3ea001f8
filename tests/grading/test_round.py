"""From what students hand in to what they get back, with nbgrader's real machinery and real kernels."""

import csv
import html
import json
import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from toy_course import ANSWER, FILM, RUBRIC, Student, copied

from grading import cli
from grading.batch.autograde import autograde, is_new
from grading.batch.jobs import Points
from grading.book.feedback import feedback
from grading.build import notebooks
from grading.course import Course, Mark
from grading.intake.collect import collect
from grading.intake.repair import take_in
from labkit.stubs import EXERCISES

WRONG = ANSWER.replace("variance.sqrt()", "variance")


def points(marks: list[Mark]) -> dict[tuple[str, str], float | None]:
    return {(mark.student, mark.name): mark.points for mark in marks}


# ------------------------------------------------------------------------------------------------------------
#                                               Without a kernel
# ------------------------------------------------------------------------------------------------------------


def checked(*outputs) -> nbformat.NotebookNode:
    cell = new_code_cell('labkit.check("code7")', outputs=list(outputs))
    cell.metadata = nbformat.from_dict(
        {"nbgrader": {"grade": True, "solution": False, "points": 10, "grade_id": "c"}}
    )
    return Points().preprocess_cell(cell, {}, 0)[0]


def result(text: str):
    return nbformat.v4.new_output("execute_result", data={"text/plain": text})


def test_a_warning_in_a_check_costs_nothing():
    from nbgrader.utils import determine_grade

    noise = nbformat.v4.new_output("stream", name="stderr", text="UserWarning: ...")
    raw = new_code_cell("", outputs=[noise, result("7.5")], metadata=checked().metadata)
    assert determine_grade(raw) == (0, 10)  # what nbgrader alone makes of it
    assert determine_grade(checked(noise, result("7.5"))) == (7.5, 10)


@pytest.mark.parametrize("outputs", [[], ["nan"], ["-1"], ["11"], ["'10'"], ["None"], ["10", "10"]])
def test_a_check_without_its_number_earns_nothing(outputs):
    from nbgrader.utils import determine_grade

    assert determine_grade(checked(*map(result, outputs))) == (0, 10)


@pytest.mark.slow
@pytest.mark.parametrize("name", notebooks.names())
def test_real_notebooks_survive_colab(name):
    releases = {key: notebooks.release(notebooks.make(key)) for key in notebooks.names()}
    taken = take_in(Student(releases[name]).through_colab(), releases)
    assert taken.assignment == name
    same = [cell.source for cell in taken.notebook.cells] == [cell.source for cell in releases[name].cells]
    special = [cell for cell in releases[name].cells if "nbgrader" in cell.metadata]
    assert same and special == [cell for cell in taken.notebook.cells if "nbgrader" in cell.metadata]


def test_commands_say_in_one_line_what_is_missing(tmp_path, capsys):
    where = ["--course", str(tmp_path / "new")]
    assert cli.main(["collect", *where, str(tmp_path)]) == 1
    assert cli.main(["export", *where]) == 1
    assert cli.main(["autograde", *where]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3 and all(line.startswith("grading: ") for line in lines)
    assert "run python -m grading build first" in lines[0]


# ------------------------------------------------------------------------------------------------------------
#                                             The toy course, graded
# ------------------------------------------------------------------------------------------------------------


def hand_in(folder, release) -> None:
    def student(name: str, *changes: tuple[str, str]) -> Student:
        made[name] = Student(release)
        for cell, source in changes:
            made[name].write(cell, source)
        return made[name]

    made: dict[str, Student] = {}
    student("right").solve()
    student("empty")
    student("mangled", ("code7", WRONG), ("answer-q6", "No marker here."))
    noise = "    import sys\n    print('!', file=sys.stderr)\n"
    student("noisy", ("code7", ANSWER.replace("    x0, _", f"{noise}    x0, _")))
    student("borrower").cells.insert(4, new_code_cell('labkit.use_reference("code7")'))
    student("exits", ("code7", ANSWER)).cells.insert(4, new_code_cell("import os; os._exit(0)"))
    student("curious", ("diffusion-3", FILM.replace("long", "short")))
    for name, hers in made.items():
        (folder / name).mkdir(parents=True)
        data = hers.through_colab() if name == "mangled" else hers.bytes()
        (folder / name / f"Copy of {name}.ipynb").write_bytes(data)


@pytest.fixture(scope="module")
def graded(sandboxed, _course, tmp_path_factory):
    """The course after autograde."""
    folder = tmp_path_factory.mktemp("round")
    course = copied(_course, folder)
    hand_in(folder / "inbox", course.released()["03_diffusion"])
    assert all(line.taken for line in collect(course, folder / "inbox"))
    assert autograde(course, course.submissions()) == {}
    return course


@pytest.mark.slow
def test_points(graded):
    found = points(graded.marks())
    assert {who: found[who, "code7"] for who, _ in graded.submissions()} == {
        "right": 10, "empty": 0, "mangled": 6.25, "noisy": 10, "borrower": 0, "exits": 10, "curious": 0,
    }  # fmt: skip
    assert found["right", "q6"] is None and found["right", "bonus1"] is None  # for somebody to grade
    assert found["empty", "q6"] == 0  # nothing was written
    assert found["mangled", "q6"] is None


@pytest.mark.slow
def test_released_show_cells_are_not_run_and_changed_ones_are(graded):
    def shown(who: str) -> bool:
        cells = graded.graded_notebook(who, "03_diffusion").cells
        return bool(next(cell for cell in cells if "film" in cell.source).outputs)

    assert not shown("right") and shown("curious")


@pytest.mark.slow
def test_only_what_is_new_is_graded(graded):
    assert not [pair for pair in graded.submissions() if is_new(graded, *pair)]
    path = graded.submitted_path("right", "03_diffusion")
    path.touch()
    assert [pair for pair in graded.submissions() if is_new(graded, *pair)] == [("right", "03_diffusion")]


@pytest.mark.slow
def test_answers_feedback_and_export(graded, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(notebooks, "rubrics", lambda: {"q6": RUBRIC})
    where, table = ["--course", str(graded.root)], tmp_path / "answers.csv"
    assert cli.main(["answers", *where, "--out", str(table)]) == 0
    with open(table, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["student"] in ("right", "mangled") and row["question"] == "q6":
            row |= {"points": "3", "comment": "Well seen, <b>nearly</b>."}
        elif row["student"] == "right":
            row |= {"points": "2", "comment": ""}
    with open(table, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert cli.main(["answers", *where, "--in", str(table)]) == 0
    assert cli.main(["feedback", *where]) == 0
    assert cli.main(["export", *where, "--out", str(tmp_path / "all.csv")]) == 0
    assert "without points" not in capsys.readouterr().out

    with open(tmp_path / "all.csv", encoding="utf-8-sig", newline="") as file:
        totals = {row["student"]: row["total"] for row in csv.DictReader(file)}
    assert totals["right"] == "15" and totals["mangled"] == "9.25" and totals["empty"] == "0"

    pages = [path for path in graded.feedback.rglob("*") if path.is_file()]
    assert len(pages) == 7 and {path.suffix for path in pages} == {".html"}
    for path in pages:
        text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", path.read_text("utf-8"))).split())
        assert RUBRIC not in text and "BEGIN" not in text
    right = (graded.feedback / "right" / "03_diffusion" / "03_diffusion.html").read_text("utf-8")
    assert "Well seen" in right and "Score: 15.0 / 14.0" in right
    mangled = (graded.feedback / "mangled" / "03_diffusion" / "03_diffusion.html").read_text("utf-8")
    assert "posterior" in mangled  # the check's diagnosis


# ------------------------------------------------------------------------------------------------------------
#                                               A real notebook
# ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.usefixtures("sandboxed")
def test_a_round_with_a_real_notebook(tmp_path):
    """Notebook 03 with the reference, empty, and half right through Colab."""
    name = "03_diffusion"
    source = notebooks.make(name)
    course = Course(tmp_path / "course")
    course.prepare(lambda folder: notebooks.write(folder / name / f"{name}.ipynb", source))
    release = course.released()[name]
    exercises = [e for e in EXERCISES if EXERCISES[e].notebook == name]
    written = {c.id: c.source for c in source.cells}
    right, empty, half = Student(release), Student(release), Student(release)
    for exercise in exercises:
        right.write(exercise, written[exercise])
    half.write(exercises[0], written[exercises[0]])
    del half.cells[half.index(f"check-{exercises[-1]}")]
    inbox = tmp_path / "inbox"
    for who, data in dict(right=right.bytes(), empty=empty.bytes(), half=half.through_colab()).items():
        (inbox / who).mkdir(parents=True)
        (inbox / who / "Untitled (3).ipynb").write_bytes(data)
    assert [line.taken for line in collect(course, inbox)] == [True] * 3
    assert autograde(course, course.submissions()) == {}
    coded = [mark for mark in course.marks() if not mark.written]
    assert all(mark.points == mark.max_points > 0 for mark in coded if mark.student == "right")
    assert all(mark.points == 0 for mark in coded if mark.student == "empty")
    assert {m.name: m.points for m in coded if m.student == "half"} == {
        m.name: m.max_points if m.name == exercises[0] else 0 for m in coded if m.student == "half"
    }
    pages, failures = feedback(course)
    assert (pages, failures) == (3, {})
    text = json.dumps([path.read_text("utf-8") for path in course.feedback.rglob("*.html")])
    for rubric in notebooks.rubrics().values():
        assert not [line for line in rubric.splitlines() if len(line) > 40 and line in text]
