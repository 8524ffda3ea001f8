"""Written answers as a spreadsheet: write answers, read points and comments. An alternative to formgrader."""

import math
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry

from grading.course import Course, is_graded
from grading.intake.repair import ANSWER
from grading.spreadsheet import defuse, read_csv, restore, same_number, short, write_csv
from labkit.paths import LabError

COLUMNS = ("student", "question", "answer", "rubric", "max_points", "points", "comment")


def answers(course: Course) -> dict[tuple[str, str], str]:
    """The text of every written answer, by student and question."""
    found = {}
    for student, assignment in course.submissions():
        try:
            notebook = course.graded_notebook(student, assignment)
        except MissingEntry:
            continue
        for cell in notebook.cells:
            if is_graded(cell) and cell.cell_type == "markdown":
                question = cell.metadata.nbgrader.grade_id.removeprefix("answer-")
                found[student, question] = ANSWER.sub("", cell.source).strip()
    return found


def write_out(course: Course, path: Path, rubrics: dict[str, str]) -> tuple[int, int]:
    """Write all answers to a CSV file → how many, and how many of them are ungraded."""
    texts = answers(course)
    marks = [mark for mark in course.marks() if mark.written and (mark.student, mark.name) in texts]
    rows = [
        [
            defuse(mark.student), mark.name, short(defuse(texts[mark.student, mark.name])),
            rubrics.get(mark.name, ""), f"{mark.max_points:g}",
            "" if mark.points is None else f"{mark.points:g}", defuse(mark.comment),
        ]
        for mark in marks
    ]  # fmt: skip
    write_csv(path, [list(COLUMNS), *rows])
    return len(marks), sum(mark.points is None for mark in marks)


def read_in(course: Course, path: Path) -> int:
    """Store the points and comments of a CSV file → how many answers have points.

    Rows without points are left alone. Raises LabError, and stores nothing, where a row makes no sense.
    """
    rows = read_csv(path, ("student", "question", "points", "comment"))
    known = {(mark.student, mark.name): mark for mark in course.marks() if mark.written}
    students = {student for student, _ in known}
    graded, met = [], {}
    for number, row in enumerate(rows, 2):
        place = f"{path}, row {number}"
        mark = known.get((student_of(restore(row["student"]), students, place), row["question"]))
        if mark is None:
            who = f"{row['student']}, {row['question']}"
            raise LabError(f"{place}: no such answer ({who}); nothing was stored")
        if mark in met:
            raise LabError(f"{place}: the answer of row {met[mark]} again; nothing was stored")
        met[mark] = number
        if row["points"].strip():
            points = parse_points(row["points"], mark.max_points, place)
            graded.append((mark, points, restore(row["comment"].strip())))
    with course.gradebook() as gradebook:
        for mark, points, comment in graded:
            place = f"answer-{mark.name}", mark.assignment, mark.assignment, mark.student
            grade: Any = gradebook.find_grade(*place)
            grade.manual_score = min(points, mark.max_points)
            grade.extra_credit = points - grade.manual_score  # a bonus has 0 points; all of it is extra
            grade.needs_manual_grade = False
            note: Any = gradebook.find_comment(*place)
            note.manual_comment = comment or None
        gradebook.db.commit()
    return len(graded)


def student_of(text: str, students: set[str], where: str) -> str:
    """Who is meant by a cell, in which a spreadsheet may have changed a number. Raises LabError where it may
    be several."""
    found = [student for student in sorted(students) if same_number(student, text)]
    if text in students or not found:
        return text
    if len(found) > 1:
        raise LabError(
            f"{where}: a spreadsheet has made {text} of a student's number, {' or '.join(found)}: import the "
            "table with the column student as text; nothing was stored"
        )
    return found[0]


def parse_points(text: str, maximum: float, where: str) -> float:
    try:
        points = float(text.strip().replace(",", "."))
    except ValueError:
        points = math.nan
    if not (0 <= points <= (maximum or 1000)):
        limit = f"0 to {maximum:g}" if maximum else "0 or more"
        raise LabError(f"{where}: points must be {limit}, not {text!r}; nothing was stored")
    return points
