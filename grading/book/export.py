"""Points as the tables that learning platforms import."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from grading.course import Course, Mark
from grading.intake.collect import slug
from grading.spreadsheet import defuse, read_csv, write_csv

# lib/gradebook_importer.rb of Canvas: the first column is Student, the second ID, the last before the
# assignments Section; who is meant is found by ID, else SIS User ID, else SIS Login ID, else by name.
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
# docs.moodle.org, "Grade import": any one of these can be mapped to a user.
MOODLE = ("First name", "Last name", "Surname", "Username", "ID number", "Email address")

Roster = list[dict[str, str]]


def totals(marks: list[Mark]) -> dict[str, dict[str, float]]:
    """Points of each student for each assignment; what nobody has graded counts nothing yet."""
    sums: dict[str, dict[str, float]] = {}
    for mark in marks:
        mine = sums.setdefault(mark.student, {})
        mine[mark.assignment] = mine.get(mark.assignment, 0) + (mark.points or 0)
    return sums


def maxima(course: Course) -> dict[str, float]:
    """Points that can be had for each assignment; bonuses are not among them."""
    with course.gradebook() as gradebook:
        points: dict[str, Any] = {n: gradebook.find_assignment(n).max_score for n in course.released()}
    return points


def number(value: float | None) -> str:
    return "" if value is None else f"{round(value, 4):g}"


def find(student: str, roster: Roster, columns: tuple[str, ...]) -> dict[str, str]:
    """The row of a student in a platform's own list; an empty one where there is none."""
    for row in roster:
        names = {row.get(column, "") for column in columns} - {""}
        first, last = row.get("First name", ""), row.get("Last name", "") or row.get("Surname", "")
        ids = {f"_{row['ID']}"} if row.get("ID") else set()
        if student in {slug(n) for n in (*names, f"{first} {last}")} or student.endswith(tuple(ids)):
            return row
    return {}


def header(assignment: str, roster: Roster) -> str:
    """The column of an assignment under the name that the platform gave it."""
    return next((column for column in (roster[0] if roster else ()) if assignment in column), assignment)


def canvas(course: Course, marks: list[Mark], roster: Roster) -> list[list[str]]:
    top = maxima(course)
    rows = [[*CANVAS, *(header(name, roster) for name in top)]]
    rows.append(["    Points Possible", *[""] * 4, *map(number, top.values())])
    for student, points in totals(marks).items():
        row = find(student, roster, CANVAS)
        stem, _, user = student.rpartition("_")
        if not row:
            row = {"Student": stem, "ID": user} if user.isdigit() else {"SIS Login ID": student}
        rows.append([row.get(column, "") for column in CANVAS] + [number(points.get(name)) for name in top])
    return rows


def moodle(course: Course, marks: list[Mark], roster: Roster) -> list[list[str]]:
    names = list(maxima(course))
    columns = [c for c in MOODLE if c in roster[0]] if roster else ["Username", "ID number", "Email address"]
    rows = [[*columns, *(header(name, roster) for name in names)]]
    for student, points in totals(marks).items():
        kind = "Email address" if "@" in student else "ID number" if student.isdigit() else "Username"
        row = find(student, roster, MOODLE) if roster else {kind: student}
        rows.append([row.get(column, "") for column in columns] + [number(points.get(n)) for n in names])
    return rows


def table(course: Course, marks: list[Mark], roster: Roster) -> list[list[str]]:
    """Everything: each exercise, each assignment, the sum."""
    tops = maxima(course)
    exercises = {mark.name: mark.max_points for mark in marks}
    rows = [["student", *exercises, *tops, "total"]]
    rows.append(
        ["(maximum)", *map(number, exercises.values()), *map(number, [*tops.values(), sum(tops.values())])]
    )
    for student, points in totals(marks).items():
        mine = {mark.name: mark.points for mark in marks if mark.student == student}
        sums = [points.get(name) for name in tops]
        rows.append([student, *map(number, [*map(mine.get, exercises), *sums, sum(points.values())])])
    return rows


FORMATS: dict[str, Callable[[Course, list[Mark], Roster], list[list[str]]]] = {
    "canvas": canvas,
    "moodle": moodle,
    "csv": table,
}


def export(course: Course, kind: str, path: Path, roster: Path | None = None) -> tuple[int, int, list[str]]:
    """Write the table → students in it, answers still without points, students the roster does not know."""
    marks = course.marks()
    listed = read_csv(roster, ()) if roster else []
    rows = FORMATS[kind](course, marks, listed)
    write_csv(path, [[defuse(value) for value in row] for row in rows])
    students = list(totals(marks))
    columns = CANVAS if kind == "canvas" else MOODLE
    strangers = [s for s in students if listed and not find(s, listed, columns)]
    return len(students), sum(mark.points is None for mark in marks), strangers
