"""The page is read back, and compared with what was put into the course folder by hand."""

import html
import os
import re
from datetime import UTC, datetime

import nbformat
import pytest
from nbformat.v4 import new_output

from grading import cli
from grading.book.report import Diagnosis, bars, gather, own_words, report
from grading.intake.collect import collect
from labkit.exercises.check import Verdict, load_answers
from labkit.exercises.judge import Judgement

SHAPE = "One step gives a batch of the same shape and dtype as x_t"
EMPTY = "Code 7 is still empty: write ddpm_step"
NOISE = (
    "The noise you add has a standard deviation of {}, expected 0.119: is the posterior *variance* used as a "
    "standard deviation? Take its square root"
)
RAISED = f"`ddpm_step` raised {{}}. What was checked: {SHAPE}"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLASS = {  # student: points for code7, what the check said, points for q6, seconds
    "annika": (10, "", 4, 30),
    "bertil": (0, EMPTY, None, 20),
    "carola": (0, EMPTY, None, 40),
    "daniel": (6, NOISE.format(0.0148), 2, 50),
    "edvard": (6, NOISE.format("1e-05"), None, 60),
    "fredrika": (0, RAISED.format("KeyError: 'fredrika <b>was here'"), None, 90),
}


def rows(text: str, heading: str) -> list[list[str]]:
    """The table under a heading."""
    part = text.split(f"<h2>{heading}</h2>")[1].split("<h2>")[0]
    cells = [
        re.findall(r"<td>(.*?)</td>", row, re.DOTALL) for row in re.findall(r"<tr>.*?</tr>", part, re.DOTALL)
    ]
    return [
        [html.unescape(re.sub(r"<title>|<[^>]*>", " ", cell)).strip() for cell in row] for row in cells if row
    ]


@pytest.fixture
def graded(course, student, tmp_path):
    """A class of six, graded by hand: notebooks and gradebook are as autograde leaves them."""
    inbox = tmp_path / "inbox"
    for who in CLASS:
        student().hand_in(inbox / who)
    assert all(line.taken for line in collect(course, inbox))
    for who, (points, said, answer, seconds) in CLASS.items():
        path = course.submitted_path(who, "03_diffusion")
        os.utime(path, (START.timestamp(), START.timestamp()))
        notebook = nbformat.read(path, 4)
        cells = {cell.id: cell for cell in notebook.cells}
        notebook.metadata["labkit"] = {"seconds": seconds}
        judgement = Judgement(points, 10, ("shape",) if said else (), said, None)
        bundle = Verdict("Code 7", judgement)._repr_mimebundle_()
        cells["check-code7"].outputs = [new_output("execute_result", data=bundle)]
        out = course.autograded_path(who, "03_diffusion")
        out.parent.mkdir(parents=True)
        nbformat.write(notebook, out)
        os.utime(out, (START.timestamp() + 1,) * 2)
        with course.gradebook() as gradebook:
            gradebook.update_or_create_student(who)
            gradebook.add_submission("03_diffusion", who)
            for name, score in (("check-code7", points), ("answer-q6", answer)):
                grade = gradebook.find_grade(name, "03_diffusion", "03_diffusion", who)
                grade.auto_score, grade.manual_score, grade.needs_manual_grade = None, score, score is None
            gradebook.db.commit()
    return course


def test_points_of_each_exercise(graded):
    table = {row[0]: row[1:] for row in rows(report(graded).read_text("utf-8"), "Points")}
    assert table["Code 7"] == ["10", "6", "–", "3", "17%", "3 × 0, 2 × 6, 1 × 10"]
    assert table["Q6"] == ["4", "2", "4", "3", "50%", "1 × 2, 1 × 4"]


def test_the_most_frequent_diagnosis_comes_first_and_numbers_do_not_part_it(graded):
    assert rows(report(graded).read_text("utf-8"), "What goes wrong") == [
        ["Code 7", "2", "Code 7 is still empty"],
        ["Code 7", "2", NOISE.replace("0.119", "…").format("…")],
        ["Code 7", "1", RAISED.format("KeyError")],
    ]


@pytest.mark.parametrize(
    "said, shown",
    [
        (RAISED.format("Fredrika: was here"), RAISED.format("an exception of its own")),
        (RAISED.format("KeyError: Fredrika. What was checked: Fredrika"), RAISED.format("KeyError")),
        (
            RAISED.replace("raised", "returned").format("a value of type Fredrika"),
            RAISED.replace("raised", "returned").format("another value"),
        ),
        (RAISED.format("KeyError: x").replace("ddpm_step", "fredrika"), "another message"),
        (RAISED.format("KeyError: x").replace(SHAPE, "Fredrika"), "another message"),
        (f"{SHAPE}. Expected float32 tensor (3, 3, 2), found a value of type Fredrika", SHAPE),
        (f"{SHAPE}. Expected float32 tensor (3, 3, 2), found Fredrika", SHAPE),
        (f"{SHAPE}. Expected shape (3, 2), found shape (3,)", ...),
        (f"{SHAPE}. Furthest off at [0, 1]: expected 0.25, found -1e-05", ...),
        ("Code 7 is still empty: Fredrika", "Code 7 is still empty"),
        ("Code 7: Fredrika", "another message"),
        ("Your code took too long, so not everything could be checked.", ...),
        ("Your code could not be asked (EOFError), so not everything could be checked.", ...),
        ("Your code could not be asked (Fredrika), so not everything could be checked.", "another message"),
        (NOISE.format("Fredrika"), "another message"),
        (NOISE.format("1e-05"), ...),
    ],
)
def test_only_our_words_are_published(said, shown):
    assert own_words("code7", said) == (said if shown is ... else shown)


@pytest.mark.parametrize("exercise", ["code2", "code6", "code7", "code11"])
def test_every_diagnosis_of_ours_is_published(exercise):
    for mistake in load_answers(exercise).mistakes:
        text = mistake.diagnosis.replace("{found}", "0.0148").replace("{expected}", "nan")
        assert own_words(exercise, text) == text


def test_time_from_the_first_cell_to_the_end(graded):
    [row] = rows(report(graded).read_text("utf-8"), "Time")
    assert row == ["03_diffusion", "6", "45 s", "90 s", "4.8 min"]


def test_a_kernel_that_ended_is_a_diagnosis(graded):
    path = graded.autograded_path("annika", "03_diffusion")
    changed = path.stat().st_mtime
    notebook = nbformat.read(path, 4)
    cell = next(cell for cell in notebook.cells if cell.id == "check-code7")
    words = "The check did not return points.", "Python was ended here."  # as autograde puts them
    cell.outputs = [new_output("error", ename="NotGraded", evalue=text, traceback=[]) for text in words]
    nbformat.write(notebook, path)
    os.utime(path, (changed, changed))
    assert Diagnosis("code7", "annika", words[1]) in gather(graded).diagnoses


def test_everything_ungraded_is_there(graded, tmp_path, student):
    late = tmp_path / "late"
    for who in ("helga", "ingrid", "Annika"):
        student().hand_in(late / who)
    for who in ("gunnar", "jonas"):
        (late / who).mkdir()
    (late / "gunnar" / "x.ipynb").write_bytes(b"{")
    collect(graded, late)
    log = graded.log_path("ingrid", "03_diffusion")
    log.parent.mkdir()
    log.write_text("Traceback\n    nbformat.ValidationError: ingrid\n")
    anonymous = report(graded).read_text("utf-8")
    reasons = {
        "not a notebook, or cut short: ask for it again", "not graded yet: run autograde",
        "could not be graded", "an empty folder", "two people of one name: give each another",
    }  # fmt: skip
    assert {tuple(row) for row in rows(anonymous, "Ungraded")} == {("1", r) for r in reasons}
    named = rows(report(graded, names=True).read_text("utf-8"), "Ungraded")
    assert {row[0] for row in named} == {"gunnar", "helga", "ingrid", "jonas", "Annika"}
    assert len(gather(graded).marks) == len(CLASS) * 3  # annika's are still her own


def test_no_names_unless_asked_for(graded, capsys):
    assert cli.main(["report", "--course", str(graded.root)]) == 0
    path = graded.root / "report.html"
    assert capsys.readouterr().out.strip() == str(path)
    assert not [who for who in CLASS if who in path.read_text("utf-8").lower()]
    assert cli.main(["report", "--names", "--course", str(graded.root)]) == 0
    text = path.read_text("utf-8")
    assert "bertil, carola" in text and "was here" not in text


def test_a_course_that_nobody_has_handed_in_to(course):
    assert "Everything that came was graded" in report(course).read_text("utf-8")


def test_bars_are_as_high_as_values_are_frequent():
    drawn = re.findall(r'x="(\d+)" y="([\d.]+)" width="13" height="([\d.]+)"', bars([0, 0, 5, 10], 10))
    assert drawn == [("0", "0.0", "36.0"), ("75", "18.0", "18.0"), ("150", "18.0", "18.0")]
