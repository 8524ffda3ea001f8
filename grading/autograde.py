"""Run submissions and store their points: nbgrader's autograder, with a sandbox around the learner's code and
points that come from outside of it.

* A notebook runs in a kernel of its own under bubblewrap (`sandbox`).
* At a check, the grader's process asks the learner's functions and judges the answers (`trusted`).
* Cells that only show something (videos, training curves) are not run, where they are as handed out.
* A kernel that dies ends the points there, and not the whole batch.
* Time, and what a notebook may print, are limited for each cell and for all of it.
"""

import time
from concurrent.futures import ThreadPoolExecutor

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    Execute,
    LimitOutput,
    NbGraderPreprocessor,
    SaveAutoGrades,
)
from nbgrader.utils import is_grade
from tqdm import tqdm
from traitlets import Instance, Int, List, Unicode
from traitlets.config import Config

from grading.course import Course, why
from grading.sandbox import Manager, Sandbox
from grading.trusted import Remote, grade, right
from labkit.exercises.check import Verdict
from labkit.paths import atomic_write

TIMEOUT = 120  # seconds a cell
NOTEBOOK_TIMEOUT = 900
OUTPUT = 64 * 2**20  # bytes a notebook


def fail(cell: NotebookNode, why: str) -> None:
    """Let a cell say why it earns nothing, before all else: nbgrader believes the first output it knows."""
    cell.outputs.insert(0, new_output("error", ename="NotGraded", evalue=why, traceback=[why]))


class RunCells(Execute):
    """nbgrader's execution in a sandbox, where checks are the grader's. Without the cells in `shown`, and
    going on after a kernel's death."""

    shown = List(Unicode(), help="code of released cells that only show something").tag(config=True)
    sandbox = Instance(Sandbox, ()).tag(config=True)
    seed = Int(help="of the inputs that checks are made with").tag(config=True)
    notebook_timeout = Int(NOTEBOOK_TIMEOUT, help="seconds for all cells together").tag(config=True)

    def create_kernel_manager(self):
        self.km = Manager(self.sandbox, kernel_name="python3")
        return self.km

    def preprocess(self, nb, resources, km=None):
        self.died = ""
        self.printed = 0
        self.verdicts: list[tuple[NotebookNode, Verdict]] = []
        self.end = time.monotonic() + self.notebook_timeout
        notebook, resources = super().preprocess(nb, resources, km)
        for cell, verdict in self.verdicts:  # now that no kernel can change it any more
            cell.outputs = [new_output("execute_result", data=verdict._repr_mimebundle_())]
        return notebook, resources

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type != "code" or cell.source.strip() in self.shown:
            return cell, resources
        if time.monotonic() > self.end:
            self.died = self.died or "The notebook took too long, and was stopped here or above."
        if not self.died:
            try:
                if is_grade(cell):
                    self.verdicts.append((cell, self.check(cell, index)))
                else:
                    self.execute_cell(cell, index)
                return cell, resources
            except CellTimeoutError:
                self.died = "This cell, or one above, took too long and could not be interrupted."
            except DeadKernelError:
                self.died = (
                    self.died or "Python was ended here or in a cell above, so nothing more could be checked."
                )
        fail(cell, self.died)
        return cell, resources

    def check(self, cell: NotebookNode, index: int) -> Verdict:
        """What a check is worth. The cell that runs lends the learner's functions; its outputs are lost."""
        exercise = cell.metadata.nbgrader.grade_id.removeprefix("check-")
        remote = Remote(self.km.grader_end, self._get_timeout(cell))
        with ThreadPoolExecutor(1) as pool:
            verdict = pool.submit(grade, exercise, self.seed, remote)
            try:
                lend = new_code_cell(f'import inside\ninside.serve("{exercise}", {remote.session})')
                self.execute_cell(lend, index)
            finally:
                remote.channel.deadline = 0
                self.nb.cells[index] = cell
                self._display_id_map.clear()
            return verdict.result()

    def _get_timeout(self, cell):
        return max(1, min(self.timeout, int(self.end - time.monotonic())))

    def process_message(self, msg, cell, cell_index):
        """Messages of a kernel, up to a limit."""
        self.printed += len(repr(msg["content"]))
        if self.printed > OUTPUT:
            self.died = (
                self.died or f"The notebook printed more than {OUTPUT >> 20} MB, and was ended for it."
            )
            self.km.provisioner.end()
            return None
        try:
            return super().process_message(msg, cell, cell_index)
        except (LookupError, TypeError, ValueError, AttributeError):
            return None  # not a message of an honest kernel


class Points(NbGraderPreprocessor):
    """A check earns the number that it returned, and nothing without one."""

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type != "code" or not is_grade(cell):
            return cell, resources
        for output in cell.outputs:
            if output.output_type == "stream":
                output.name = "stdout"  # stderr would cost all points
        cell.outputs.sort(key=lambda output: output.output_type != "error")
        results = [o for o in cell.outputs if o.output_type == "execute_result"]
        if [self.valid(o, cell.metadata.nbgrader.points) for o in results] != [True]:
            fail(cell, "The check did not return points.")
        return cell, resources

    @staticmethod
    def valid(output: NotebookNode, maximum: float) -> bool:
        try:
            return 0 <= float(output.data["text/plain"]) <= maximum
        except (KeyError, TypeError, ValueError):
            return False


def checked(release: NotebookNode) -> list[str]:
    """The exercises that a notebook checks."""
    cells = [cell for cell in release.cells if cell.cell_type == "code" and is_grade(cell)]
    return [cell.metadata.nbgrader.grade_id.removeprefix("check-") for cell in cells]


def settings(release: NotebookNode, seed: int, timeout: int = TIMEOUT, safe: bool = True) -> Config:
    config = Config()
    config.Autograde.autograde_preprocessors = [
        RunCells, Points, LimitOutput, SaveAutoGrades, AssignLatePenalties, CheckCellMetadata,
    ]  # fmt: skip
    config.RunCells.shown = [
        cell.source.strip() for cell in release.cells if cell.metadata.get("labkit", {}).get("show")
    ]
    config.RunCells.sandbox = Sandbox(tuple(checked(release)), safe=safe)
    config.RunCells.seed = seed
    config.RunCells.timeout = timeout
    config.RunCells.iopub_timeout = 10
    config.RunCells.shutdown_kernel = "immediate"
    return config


def is_new(course: Course, student: str, assignment: str) -> bool:
    """Was it never graded, or handed in anew since?"""
    path = f"{student}/{assignment}/{assignment}.ipynb"
    graded = course.autograded / path
    return not graded.is_file() or graded.stat().st_mtime < (course.submitted / path).stat().st_mtime


def autograde(
    course: Course, submissions: list[tuple[str, str]], timeout: int = TIMEOUT, safe: bool = True
) -> dict[tuple[str, str], str]:
    """Grade (student, assignment) pairs; returns why some could not be graded.

    safe: under bubblewrap; raises LabError where that does not work.
    """
    Sandbox(safe=safe).check()
    releases, seed = course.released(), course.seed()
    for exercise in {e for _, assignment in submissions for e in checked(releases[assignment])}:
        right(exercise, seed)
    failures = {}
    bar = tqdm(submissions, unit="notebook", disable=None)
    for student, assignment in bar:
        bar.set_description(f"{student} {assignment}")
        api = course.api(settings(releases[assignment], seed, timeout, safe))
        result = api.autograde(assignment, student)
        if not result["success"]:
            log = course.logs / f"{student}_{assignment}.txt"
            with atomic_write(log) as temporary:
                temporary.write_text(f"{result.get('log', '')}\n{result.get('error', '')}", "utf-8")
            failures[student, assignment] = why(result)
    return failures
