"""Run submissions and store their points: nbgrader's autograder, with a few of its edges rounded.

* Cells that only show something (videos, training curves) are not run, where they are as handed out.
* A kernel that dies ends the points there, and not the whole batch.
* A warning or progress bar in a check costs nothing, and a check without a number in it earns nothing
  (nbgrader: the other way round).
"""

import os
from collections.abc import Iterable

from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
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
from traitlets import List, Unicode
from traitlets.config import Config

from grading.course import Course, why
from grading.notebooks import ROOT
from labkit.paths import atomic_write

TIMEOUT = 120  # seconds a cell


def fail(cell: NotebookNode, why: str) -> None:
    """Let a cell say why it earns nothing, before all else: nbgrader believes the first output it knows."""
    cell.outputs.insert(0, new_output("error", ename="NotGraded", evalue=why, traceback=[why]))


class RunCells(Execute):
    """nbgrader's execution, without the cells in `shown`, and going on after a kernel's death."""

    shown = List(Unicode(), help="code of released cells that only show something").tag(config=True)

    def preprocess(self, nb, resources, km=None):
        self.died = False
        return super().preprocess(nb, resources, km)

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type != "code" or cell.source.strip() in self.shown:
            return cell, resources
        if not self.died:
            try:
                return super().preprocess_cell(cell, resources, index)
            except DeadKernelError:
                self.died = True
        fail(cell, "Python was ended here or in a cell above, so nothing more could be checked.")
        return cell, resources


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


def settings(release: NotebookNode, timeout: int = TIMEOUT) -> Config:
    config = Config()
    config.Autograde.autograde_preprocessors = [
        RunCells, Points, LimitOutput, SaveAutoGrades, AssignLatePenalties, CheckCellMetadata,
    ]  # fmt: skip
    config.RunCells.shown = [
        cell.source.strip() for cell in release.cells if cell.metadata.get("labkit", {}).get("show")
    ]
    config.RunCells.timeout = timeout
    config.RunCells.iopub_timeout = 30
    config.RunCells.shutdown_kernel = "immediate"
    # quiet kernels that share no history
    config.RunCells.extra_arguments = ["--log-level=40", "--HistoryManager.hist_file=:memory:"]
    return config


def is_new(course: Course, student: str, assignment: str) -> bool:
    """Was it never graded, or handed in anew since?"""
    path = f"{student}/{assignment}/{assignment}.ipynb"
    graded = course.autograded / path
    return not graded.is_file() or graded.stat().st_mtime < (course.submitted / path).stat().st_mtime


def autograde(
    course: Course, submissions: Iterable[tuple[str, str]], timeout: int = TIMEOUT
) -> dict[tuple[str, str], str]:
    """Grade (student, assignment) pairs; returns why some could not be graded."""
    # what the kernels inherit: one thread, and the labkit of this clone wherever the course folder is
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    releases = course.released()
    failures = {}
    bar = tqdm(list(submissions), unit="notebook", disable=None)
    for student, assignment in bar:
        bar.set_description(f"{student} {assignment}")
        api = course.api(settings(releases[assignment], timeout))
        result = api.autograde(assignment, student)
        if not result["success"]:
            log = course.logs / f"{student}_{assignment}.txt"
            with atomic_write(log) as temporary:
                temporary.write_text(f"{result.get('log', '')}\n{result.get('error', '')}", "utf-8")
            failures[student, assignment] = why(result)
    return failures
