"""Grade the submission in Gradescope's container: results.json from what lies in /autograder/submission."""

import html
import json
import re
import traceback
from functools import partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade

from grading.batch.autograde import checked, shown
from grading.batch.jobs import Job, exercise_of, run
from grading.course import Course
from grading.intake.collect import collect
from grading.sandbox.weaker import NAME, WeakerSandbox, make_view
from labkit.paths import LabError, atomic_write
from labkit.stubs import find

AUTOGRADER = Path("/autograder")
VIEW = AUTOGRADER / "kernel"
STUDENT = "student"


def grade(course: Course, assignment: str, release: NotebookNode) -> tuple[dict[str, NotebookNode], dict]:
    """The checks' cells by exercise, executed, and what concerns all of the submission.

    Raises LabError where nothing can be graded.
    """
    lines = collect(course, AUTOGRADER / "submission", STUDENT)
    path = course.submitted_path(STUDENT, assignment)
    if not path.is_file():
        raise LabError("\n".join(f"{line.file}: {line.text}" for line in lines))
    exercises = checked(release)
    job = Job(path.read_text("utf-8"), tuple(shown(release)), tuple(exercises), course.seed())
    sandbox = partial(WeakerSandbox, view=VIEW)
    sandbox().check()
    make_view(VIEW, exercises)
    result = run(job, sandbox)
    if result.failed:
        print(result.failed)
        raise LabError("It could not be graded; the reason is in the output that instructors see.")
    cells = nbformat.reads(result.notebook, as_version=4).cells
    found = {exercise_of(cell): cell for cell in cells if cell.cell_type == "code" and is_grade(cell)}
    notes = [f"{line.file}: {line.text}" for line in lines]
    return found, dict(execution_time=round(result.seconds), output="\n".join(notes))


def as_test(exercise: str, points: float, cell: NotebookNode | None) -> dict:
    """One exercise as an entry of "tests". cell: its check, executed; None where it was not."""
    outputs = cell.outputs if cell else []
    score = sum(float(o.data["text/plain"]) for o in outputs if o.output_type == "execute_result")
    return dict(
        name=find(exercise).title, score=score, max_score=points,
        status="passed" if score == points else "failed",
        output="\n".join(map(words, outputs)), output_format="text", visibility="visible",
    )  # fmt: skip


def words(output: NotebookNode) -> str:
    """What a check's output states, as plain text."""
    if output.output_type == "error":
        return output.evalue
    if output.output_type == "stream":
        return output.text.strip()
    return html.unescape(re.sub(r"<[^>]*>", "", output.data.get("text/html", "")))


def results() -> dict:
    """The content of results.json, whatever was handed in."""
    course = Course(AUTOGRADER / "source" / "run")
    [(assignment, release)] = course.released().items()
    graded = [cell for cell in release.cells if is_grade(cell)]
    points = {exercise_of(cell): cell.metadata.nbgrader.points for cell in graded if cell.cell_type == "code"}
    cells: dict[str, NotebookNode] = {}
    try:
        cells, about = grade(course, assignment, release)
    except LabError as error:
        about = dict(output=str(error))
    except Exception:
        traceback.print_exc()
        about = dict(output="The grader failed; the reason is in the output that instructors see.")
    written = [cell.metadata.nbgrader.grade_id for cell in graded if cell.cell_type == "markdown"]
    names = ", ".join(name.removeprefix("answer-").upper() for name in written)
    about["output"] += f"\n{names}: a person grades these answers." if written else ""
    return about | dict(
        output_format="text", visibility="visible", stdout_visibility="hidden",
        extra_data={"sandbox": NAME},
        tests=[as_test(exercise, points[exercise], cells.get(exercise)) for exercise in points],
    )  # fmt: skip


if __name__ == "__main__":
    with atomic_write(AUTOGRADER / "results" / "results.json") as temporary:
        temporary.write_text(json.dumps(results(), indent=2), "utf-8")
