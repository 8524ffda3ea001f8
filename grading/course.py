"""One run of the course: a folder in nbgrader's layout, and its gradebook.

source/       the notebooks with their solutions      release/     what students got
submitted/    submissions, repaired by collect        autograded/  the same, executed
feedback/     a page for each student and notebook    gradebook.db points and comments
logs/         why a submission could not be graded    results/     graded, and not in the gradebook yet
hidden_seed.txt  of the inputs that checks use        collected.json  who handed in what
"""

import os
import re
import secrets
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import DatabaseError, OperationalError, SAWarning
from traitlets.config import Config

from grading.build.notebooks import STUBS
from labkit.paths import LabError, atomic_write

# nbgrader starts `alembic` by its name, also where the environment is not activated
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
warnings.filterwarnings("ignore", category=SAWarning)  # of nbgrader's own queries


@dataclass(frozen=True)
class Mark:
    """What one student has for one exercise or question. points: None until somebody has graded it."""

    student: str
    assignment: str
    name: str  # "code7", "q3", "bonus1"
    points: float | None
    max_points: float
    comment: str
    written: bool


class Course:
    def __init__(self, folder: str | Path):
        self.root = Path(folder).expanduser().absolute()
        self.release = self.root / "release"
        self.submitted = self.root / "submitted"
        self.autograded = self.root / "autograded"
        self.feedback = self.root / "feedback"
        self.logs = self.root / "logs"
        self.results = self.root / "results"

    @property
    def db_url(self) -> str:
        return f"sqlite:///{self.root / 'gradebook.db'}"

    def api(self, config: Config | None = None) -> NbGraderAPI:
        """nbgrader on this folder."""
        settings = Config(STUBS)
        settings.CourseDirectory.root = str(self.root)
        settings.CourseDirectory.db_url = self.db_url
        settings.CourseDirectory.directory_structure = "{nbgrader_step}/{student_id}/{assignment_id}"
        settings.merge(config or Config())
        return NbGraderAPI(coursedir=CourseDirectory(config=settings), config=settings)

    def seed(self) -> int:
        """The seed of the inputs for grading: generated once for a run of the course, and stored."""
        path = self.root / "hidden_seed.txt"
        if not path.is_file():
            with atomic_write(path) as temporary:
                temporary.write_text(f"{secrets.randbits(64)}\n", "utf-8")
            path.chmod(0o600)
        try:
            return int(path.read_text("utf-8"))
        except ValueError:
            raise LabError(
                f"{path} is damaged: put it back from a copy, or remove it, and checks use other inputs"
            ) from None

    def prepare(self, write_sources: Callable[[Path], None]) -> None:
        """Write the source notebooks and register them with nbgrader; may be repeated at any time.

        Raises LabError where cells have come or gone although there are submissions already, and where the
        gradebook cannot be used.
        """
        if (self.root / "gradebook.db").is_file():
            self.check_gradebook()
        source = self.root / "source"
        shutil.rmtree(source, ignore_errors=True)
        write_sources(source)
        for folder in sorted(source.iterdir()):
            result = self.api().generate_assignment(folder.name)
            if not result["success"]:
                raise LabError(f"nbgrader refuses {folder.name}: {why(result)}")

    def released(self) -> dict[str, NotebookNode]:
        """The notebooks as they were handed out, by assignment. Raises LabError before `prepare`."""
        paths = sorted(self.release.glob("*/*.ipynb"))
        if not paths:
            raise LabError(f"no course in {self.root}: run python -m grading build first")
        return {path.stem: read_notebook(path, "run python -m grading build again") for path in paths}

    def submitted_path(self, student: str, assignment: str) -> Path:
        """The notebook that came back."""
        return self.submitted / student / assignment / f"{assignment}.ipynb"

    def autograded_path(self, student: str, assignment: str) -> Path:
        """The same, executed."""
        return self.autograded / student / assignment / f"{assignment}.ipynb"

    def log_path(self, student: str, assignment: str) -> Path:
        """Why it could not be graded, the last time that it could not."""
        return self.logs / f"{student}_{assignment}.txt"

    def submissions(self, assignment: str = "*", student: str = "*") -> list[tuple[str, str]]:
        """(student, assignment) of all that was collected."""
        paths = self.submitted.glob("*/*/*.ipynb")
        found = sorted((path.parts[-3], path.parts[-2]) for path in paths)
        return [(who, what) for who, what in found if student in ("*", who) and assignment in ("*", what)]

    @contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """Raises LabError where there is none yet, and where it cannot be read or written."""
        if not (self.root / "gradebook.db").is_file():
            raise LabError(f"no gradebook in {self.root}: run python -m grading build first")
        try:
            with Gradebook(self.db_url) as gradebook:
                yield gradebook
        except OperationalError as error:  # locked, write-protected, a full disk
            raise LabError(
                f"the gradebook cannot be used ({error.orig}): close what has it open; then try again"
            ) from error
        except DatabaseError as error:
            raise LabError(
                f"{self.root / 'gradebook.db'} is damaged ({error.orig}): put it back from a copy"
            ) from error

    def check_gradebook(self) -> None:
        """Raises LabError where `gradebook` does: nbgrader's own programs say it in many lines."""
        with self.gradebook():
            pass

    def marks(self) -> list[Mark]:
        """Everything in the gradebook, students in alphabetical order, cells as in the notebooks."""
        marks = []
        with self.gradebook() as gradebook:
            for assignment, notebook in self.released().items():
                collected = {student for student, _ in self.submissions(assignment)}
                names = [c.metadata.nbgrader.grade_id for c in notebook.cells if is_graded(c)]
                for submission in gradebook.assignment_submissions(assignment):
                    if submission.student.id not in collected:
                        continue
                    grades = {grade.name: grade for grade in submission.notebooks[0].grades}
                    comments = {c.name: c.comment or "" for c in submission.notebooks[0].comments}
                    for name in names:
                        grade = grades[name]
                        marks.append(
                            Mark(
                                submission.student.id,
                                assignment,
                                name.removeprefix("check-").removeprefix("answer-"),
                                None if grade.needs_manual_grade else grade.score,
                                grade.max_score,
                                comments.get(name, ""),
                                written=name.startswith("answer-"),
                            )
                        )
        return sorted(marks, key=lambda mark: mark.student)

    def graded_notebook(self, student: str, assignment: str) -> NotebookNode:
        """Raises MissingEntry where it was not autograded."""
        path = self.autograded_path(student, assignment)
        if not path.is_file():
            raise MissingEntry(f"{student} {assignment}")
        return read_notebook(path, "remove it, and run autograde again")


def read_notebook(path: Path, remedy: str) -> NotebookNode:
    """A notebook that this program has written. Raises LabError with the remedy where it is damaged since."""
    try:
        return nbformat.read(path, as_version=4)
    except (ValueError, AttributeError, nbformat.ValidationError):
        raise LabError(f"{path} is damaged: {remedy}") from None


def is_graded(cell: NotebookNode) -> bool:
    return cell.metadata.get("nbgrader", {}).get("grade", False)


def why(result: dict) -> str:
    """The reason in nbgrader's result: the exception in its log, not the one that refers to the log."""
    raised = re.findall(
        r"^    (?!Traceback|\[\w+: |\(Background)(\S.*)$", result.get("log", ""), re.MULTILINE
    )
    return (raised or result.get("error", "").split("\n")[-2:-1] or ["no reason given"])[-1][:200]
