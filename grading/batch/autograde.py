"""Grade a folder of submissions: run them as jobs, and write the results into the gradebook.

Only this process opens the gradebook. On the way of a submission,

    sanitize → a job → (a worker runs it) → results/ → the gradebook → autograded/

after every arrow the same command can continue from what is on disk: a finished result is kept until it
is in both places, and all of it enters the gradebook in one transaction.
"""

import json
import textwrap
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    DeduplicateIds,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from nbgrader.utils import is_grade
from sqlalchemy.exc import DatabaseError
from tqdm import tqdm

from grading.batch.jobs import TIMEOUT, Job, Result, exercise_of, version
from grading.batch.pool import Pool, cluster, processes
from grading.course import Course, why
from grading.intake.outputs import plain_notebook
from grading.sandbox.bubblewrap import Sandbox
from labkit.paths import LabError, atomic_write

Pair = tuple[str, str]  # student, assignment


def checked(release: NotebookNode) -> list[str]:
    """The exercises that a notebook checks."""
    return [exercise_of(cell) for cell in release.cells if cell.cell_type == "code" and is_grade(cell)]


def shown(release: NotebookNode) -> list[str]:
    """The code of released cells that only show something."""
    return [cell.source.strip() for cell in release.cells if cell.metadata.get("labkit", {}).get("show")]


def is_new(course: Course, student: str, assignment: str) -> bool:
    """Was it never graded, or handed in anew since?"""
    graded = course.autograded_path(student, assignment)
    handed_in = course.submitted_path(student, assignment)
    return not graded.is_file() or graded.stat().st_mtime < handed_in.stat().st_mtime


# ------------------------------------------------------------------------------------------------------------
#                                               One submission
# ------------------------------------------------------------------------------------------------------------


def sanitize(course: Course, student: str, assignment: str) -> NotebookNode:
    """The submitted notebook, with released text in locked cells and no outputs: nbgrader's first step."""
    notebook = nbformat.read(course.submitted_path(student, assignment), as_version=4)
    resources = {"nbgrader": dict(notebook=assignment, assignment=assignment, db_url=course.db_url)}
    for step in (ClearOutput, DeduplicateIds, OverwriteKernelspec, OverwriteCells, CheckCellMetadata):
        notebook, resources = step().preprocess(notebook, resources)
    return notebook


def make_job(
    course: Course, pair: Pair, release: NotebookNode, seed: int, timeout: int = TIMEOUT, safe: bool = True
) -> Job:
    notebook = nbformat.writes(sanitize(course, *pair))
    return Job(notebook, tuple(shown(release)), tuple(checked(release)), seed, timeout, safe)


class StoredResult:
    """A finished result on disk, until gradebook and graded notebook have it."""

    def __init__(self, course: Course, student: str, assignment: str):
        self.path = course.results / student / f"{assignment}.json"

    def write(self, job: Job, result: Result) -> None:
        with atomic_write(self.path) as temporary:
            temporary.write_text(json.dumps(dict(key=job.key(), result=asdict(result))), "utf-8")

    def read(self, job: Job) -> Result | None:
        """None where there is none of this very job."""
        try:
            kept = json.loads(self.path.read_text("utf-8"))
            return Result(**kept["result"]) if kept["key"] == job.key() else None
        except (FileNotFoundError, ValueError, LookupError, TypeError):
            return None

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


@contextmanager
def transaction(gradebook: Gradebook) -> Iterator[None]:
    """All or nothing: nbgrader commits after each cell, and here waits for the end."""
    commit = gradebook.db.commit
    gradebook.db.commit = gradebook.db.flush
    try:
        yield
        commit()
    except BaseException:
        gradebook.db.rollback()
        raise
    finally:
        del gradebook.db.commit


def enter(
    course: Course, gradebook: Gradebook, pair: Pair, graded: NotebookNode, only: str | None = None
) -> None:
    """Points into the gradebook, then the notebook into autograded/; doing it again changes nothing.

    An answer that a person has graded stays graded if its text and pictures are the same. only: the exercise
    to change.
    """
    student, assignment = pair
    path = course.autograded_path(student, assignment)
    before = course.graded_notebook(student, assignment) if path.is_file() else None
    graded = plain_notebook(replaced(before, graded, only) if only else graded)
    same = [(name, content(c)) for name, c in named(before) if c.cell_type == "markdown"] if before else []
    save = SaveAutoGrades()
    save.gradebook, save.student_id = gradebook, student
    save.assignment_id = save.notebook_id = assignment
    with transaction(gradebook):
        gradebook.update_or_create_student(student)
        gradebook.update_or_create_submission(assignment, student)
        for name, cell in named(graded):
            if name == f"check-{only}" if only else (name, content(cell)) not in same:
                save.preprocess_cell(cell, {}, 0)
    with atomic_write(path) as temporary:
        nbformat.write(graded, temporary)


def named(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """The cells that nbgrader knows, with their names."""
    for cell in notebook.cells:
        if "grade_id" in cell.metadata.get("nbgrader", {}):
            yield cell.metadata.nbgrader.grade_id, cell


def content(cell: NotebookNode) -> tuple[str, dict]:
    """All that a reader sees of a text cell."""
    return cell.source, cell.get("attachments", {})


def replaced(before: NotebookNode, graded: NotebookNode, exercise: str) -> NotebookNode:
    """The notebook as it was graded before, but for one check."""
    outputs = {name: cell.outputs for name, cell in named(graded) if name == f"check-{exercise}"}
    for name, cell in named(before):
        if name in outputs:
            cell.outputs = outputs[name]
    return before


# ------------------------------------------------------------------------------------------------------------
#                                                 All of them
# ------------------------------------------------------------------------------------------------------------


@dataclass
class Grading:
    """Submissions, from files to points."""

    course: Course
    gradebook: Gradebook
    make: Callable[[Pair], Job]
    only: str | None
    bar: tqdm
    graded: int = 0
    failures: dict[Pair, str] = field(default_factory=dict)

    def jobs(self, submissions: list[Pair]) -> dict[Pair, Job]:
        """What is to be run. Results that an earlier run has left are entered here."""
        jobs = {}
        for pair in submissions:
            with self.isolated(pair):
                job = self.make(pair)
                if result := StoredResult(self.course, *pair).read(job):
                    self.finish(pair, result)
                else:
                    jobs[pair] = job
        return jobs

    def take(self, pair: Pair, job: Job, result: Result) -> None:
        if result.failed:
            self.fail(pair, result.failed)
            return
        StoredResult(self.course, *pair).write(job, result)
        with self.isolated(pair):
            self.finish(pair, result)

    def finish(self, pair: Pair, result: Result) -> None:
        notebook = nbformat.reads(result.notebook, as_version=4)
        notebook.metadata["labkit"] = dict(seconds=result.seconds)
        enter(self.course, self.gradebook, pair, notebook, self.only)
        StoredResult(self.course, *pair).remove()
        self.graded += 1
        self.bar.update()

    @contextmanager
    def isolated(self, pair: Pair) -> Iterator[None]:
        """An error in one submission does not stop the others."""
        try:
            yield
        except (LabError, DatabaseError):  # the latter stops everything, see Course.gradebook
            raise
        except Exception:
            self.fail(pair, traceback.format_exc())

    def fail(self, pair: Pair, text: str) -> None:
        """Keep the reason in logs/, in the form of nbgrader's; the next run tries again."""
        StoredResult(self.course, *pair).remove()
        text = textwrap.indent(text, "    ")
        with atomic_write(self.course.log_path(*pair)) as temporary:
            temporary.write_text(text, "utf-8", "replace")
        self.failures[pair] = why(dict(log=text))
        self.bar.update()


def autograde(
    course: Course, submissions: list[Pair], timeout: int = TIMEOUT, safe: bool = True, *, workers: int = 1,
    scheduler: str | None = None, only: str | None = None,
) -> dict[Pair, str]:  # fmt: skip
    """Grade (student, assignment) pairs; returns why some could not be graded.

    safe: under bubblewrap. workers: processes on this machine. scheduler: the address of a Dask scheduler,
    whose workers do it instead. only: the exercise whose points are written, of notebooks that were graded
    before. Raises LabError where the sandbox does not work, or a file of the clone cannot be read. Ctrl-C
    raises KeyboardInterrupt with what is done.
    """
    if not submissions:
        return {}
    version()  # raises before the work, not after a submission of it
    releases, seed = course.released(), course.seed()

    def make(pair: Pair) -> Job:
        return make_job(course, pair, releases[pair[1]], seed, timeout, safe)

    with (
        course.gradebook() as gradebook,
        pool_for(min(workers, len(submissions)), scheduler, safe) as pool,
        tqdm(total=len(submissions), unit="notebook", disable=None, smoothing=0) as bar,
    ):
        grading = Grading(course, gradebook, make, only, bar)
        try:
            jobs = grading.jobs(submissions)
            for pair, result in pool.results(jobs.items()):
                grading.take(pair, jobs[pair], result)
        except KeyboardInterrupt:
            done = f"{grading.graded} of {len(submissions)} are graded, the same command goes on"
            raise KeyboardInterrupt(done) from None
    return grading.failures


def pool_for(workers: int, scheduler: str | None, safe: bool) -> AbstractContextManager[Pool]:
    if scheduler:
        return cluster(scheduler)
    Sandbox(safe=safe).check()
    return processes(workers)
