"""Points as the tables that learning platforms import."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from grading.build.notebooks import course as settings
from grading.course import Course, Mark
from grading.intake.collect import slug
from grading.spreadsheet import defuse, read_csv, same_number, write_csv

# lib/gradebook_importer.rb of Canvas: the first column is Student, the second ID, the last before the
# assignments Section; who is meant is found by ID, else SIS User ID, else SIS Login ID, else by name.
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
# docs.moodle.org, "Grade import": any one of these can be mapped to a user.
MOODLE = ("First name", "Last name", "Surname", "Username", "ID number", "Email address")

LAST = ("Last name", "Surname")
NUMBERS = ("ID", "SIS User ID", "SIS Login ID", "Username", "ID number", "Email address")

Roster = list[dict[str, str]]


def totals(marks: list[Mark]) -> dict[str, dict[str, float]]:
    """Points of each student for each assignment; ungraded answers count as 0."""
    sums: dict[str, dict[str, float]] = {}
    for mark in marks:
        mine = sums.setdefault(mark.student, {})
        mine[mark.assignment] = mine.get(mark.assignment, 0) + (mark.points or 0)
    return sums


def maxima(course: Course) -> dict[str, float]:
    """The maximum of each assignment, without extra credit."""
    extra = settings()["extra_credit"]
    with course.gradebook() as gradebook:
        points: dict[str, Any] = {n: gradebook.find_assignment(n).max_score for n in course.released()}
    return {name: 0.0 if name in extra else top for name, top in points.items()}


def number(value: float | None) -> str:
    return "" if value is None else f"{round(value, 4):g}"


def identities(row: dict[str, str]) -> list[set[str]]:
    """The identities in a row of a platform's list, most reliable first; parts of names do not count."""
    full = {row.get("Student", "")}
    full |= {f"{row.get('First name', '')} {row[name]}" for name in LAST if row.get(name)}
    numbers = {row.get(column, "") for column in NUMBERS}
    return [{slug(value) for value in values if value.strip()} for values in (numbers, full)]


def restored(student: str, row: dict[str, str]) -> dict[str, str] | None:
    """The row with the student's own number in the place of what a spreadsheet has made of it, if it has."""
    for column in NUMBERS:
        own = student.rpartition("_")[2] if column == "ID" else student
        if same_number(own, row.get(column, "").strip()):
            return row | {column: own}
    return None


def matches(students: Iterable[str], roster: Roster) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """The row of each student, and why others have none: unknown, or not the only one that a row fits."""
    rows: dict[str, dict[str, str]] = {}
    problems: dict[str, str] = {}
    changed: set[str] = set()
    for student in students:
        by_canvas = [row for row in roster if row.get("ID") and student.endswith(f"_{row['ID']}")]
        found = by_canvas or next(
            filter(None, ([r for r in roster if student in identities(r)[kind]] for kind in (0, 1))), []
        )
        if not found:
            found = [row for row in roster if restored(student, row)]
            changed.add(student)
        if len(found) == 1:
            rows[student] = found[0]
        else:
            problems[student] = f"{student} ({len(found)} rows fit)" if found else student
    for student, row in list(rows.items()):
        others = [who for who, other in rows.items() if other is row and who != student]
        if others:
            problems[student] = f"{student} (the same row fits {', '.join(others)})"
    for student in changed & rows.keys():
        rows[student] = restored(student, rows[student]) or rows[student]
    return {student: row for student, row in rows.items() if student not in problems}, problems


def header(assignment: str, roster: Roster) -> str:
    """The platform's name of an assignment's column."""
    return next((column for column in (roster[0] if roster else ()) if assignment in column), assignment)


def canvas(course: Course, marks: list[Mark], roster: Roster) -> list[list[str]]:
    top = maxima(course)
    rows = [[*CANVAS, *(header(name, roster) for name in top)]]
    rows.append(["    Points Possible", *[""] * 4, *map(number, top.values())])
    found, problems = matches(totals(marks), roster)
    for student, points in totals(marks).items():
        row = found.get(student)
        stem, _, user = student.rpartition("_")
        if row is None and problems[student] != student:
            continue  # several people it could be
        if row is None:
            row = {"Student": stem, "ID": user} if user.isdigit() else {"SIS Login ID": student}
        rows.append([row.get(column, "") for column in CANVAS] + [number(points.get(name)) for name in top])
    return rows


def moodle(course: Course, marks: list[Mark], roster: Roster) -> list[list[str]]:
    names = list(maxima(course))
    columns = [c for c in MOODLE if c in roster[0]] if roster else ["Username", "ID number", "Email address"]
    rows = [[*columns, *(header(name, roster) for name in names)]]
    found, problems = matches(totals(marks), roster)
    for student, points in totals(marks).items():
        kind = "Email address" if "@" in student else "ID number" if student.isdigit() else "Username"
        if problems.get(student, student) != student:
            continue  # several people it could be
        row = found.get(student, {} if roster else {kind: student})
        rows.append([row.get(column, "") for column in columns] + [number(points.get(n)) for n in names])
    return rows


def table(course: Course, marks: list[Mark], roster: Roster) -> list[list[str]]:
    """Points of each exercise, each assignment, and their sum."""
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
    """Write the table → students, answers still without points, students that have no row in the roster.

    The last include, with the reason, students whom several rows fit or who share one. They are not in the
    table.
    """
    marks = course.marks()
    listed = read_csv(roster, ()) if roster else []
    rows = FORMATS[kind](course, marks, listed)
    write_csv(path, [[defuse(value) for value in row] for row in rows])
    students = totals(marks)
    unknown = list(matches(students, listed)[1].values()) if listed else []
    return len(students), sum(mark.points is None for mark in marks), unknown
