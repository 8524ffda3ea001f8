"""Grade again what was graded before, and list what changed: for example after a check was corrected.

The earlier content of the gradebook is stored in a file until all is done, so that a regrade can be stopped
or killed, and continued.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from grading.batch.autograde import Pair, StoredResult, checked, is_new
from grading.batch.jobs import version
from grading.course import Course
from grading.spreadsheet import defuse, write_csv
from labkit.paths import LabError, atomic_write
from labkit.stubs import find

COLUMNS = ["student", "notebook", "exercise", "before", "after"]


@dataclass(frozen=True)
class Change:
    """Points before and after; None is not graded yet."""

    student: str
    assignment: str
    name: str
    before: float | None
    after: float | None

    def row(self) -> list[str]:
        points = ["?" if p is None else f"{p:g}" for p in (self.before, self.after)]
        return [defuse(self.student), self.assignment, self.name, *points]

    def __str__(self) -> str:
        return "{}  {}  {}  {} -> {}".format(*self.row())


def graded_with(course: Course, exercise: str, chosen: list[Pair]) -> list[Pair]:
    """Those of the chosen that have this exercise, and points for it. Raises LabError where none has."""
    find(exercise)
    with_it = [name for name, notebook in course.released().items() if exercise in checked(notebook)]
    found = [pair for pair in chosen if pair[1] in with_it and not is_new(course, *pair)]
    if not found:
        raise LabError(f"nothing chosen has points for {exercise} yet: run autograde without --again first")
    return found


class Regrade:
    """A regrade. A stopped one continues when it is requested again with the same arguments.

    chosen: all that is to be graded again. exercise: the only one that counts, or none.
    """

    def __init__(self, course: Course, chosen: list[Pair], exercise: str | None = None):
        self.course, self.chosen, self.path = course, chosen, course.results / "regrade.json"
        asked = dict(chosen=list(map(list, chosen)), exercise=exercise, version=version())
        if self.path.is_file() and self.begun()["asked"] != asked:
            self.finish()  # what is done so far
        if not self.path.is_file():
            for student, assignment in chosen:
                StoredResult(course, student, assignment).remove()
            now = datetime.now().astimezone().isoformat(timespec="seconds")
            before = [[*place, points] for place, points in self.points().items() if place[:2] in chosen]
            with atomic_write(self.path) as temporary:
                temporary.write_text(json.dumps(dict(asked=asked, begun=now, before=before)), "utf-8")

    def begun(self) -> dict:
        """What was kept when it was asked for. Raises LabError where that is damaged."""
        try:
            kept = json.loads(self.path.read_text("utf-8"))
            return {name: kept[name] for name in ("asked", "begun", "before")}
        except (ValueError, LookupError, TypeError):
            raise LabError(f"{self.path} is damaged: remove it, and ask for the regrade again") from None

    def points(self) -> dict[tuple[str, str, str], float | None]:
        """The points in the gradebook, by student, assignment and exercise."""
        return {(m.student, m.assignment, m.name): m.points for m in self.course.marks()}

    def left(self) -> list[Pair]:
        """What is still to be graded."""
        begun = self.path.stat().st_mtime

        def done(student: str, assignment: str) -> bool:
            graded = self.course.autograded_path(student, assignment)
            return graded.is_file() and graded.stat().st_mtime >= begun

        return [pair for pair in self.chosen if not done(*pair)]

    def finish(self) -> tuple[list[Change], Path]:
        """What changed, and the table that it was written to."""
        begun, after = self.begun(), self.points()
        changes = [
            Change(student, assignment, name, points, after[student, assignment, name])
            for student, assignment, name, points in begun["before"]
            if after.get((student, assignment, name), points) != points
        ]
        table = self.course.root / f"regrade_{begun['begun'][:19].replace(':', '')}.csv"
        write_csv(table, [COLUMNS, *(change.row() for change in changes)])
        self.path.unlink()
        return changes, table
