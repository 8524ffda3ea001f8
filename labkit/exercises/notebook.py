"""The checks of a notebook file, run without opening it: before submission, or on a server after a push."""

import html
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from labkit.exercises.probe import probes
from labkit.paths import LabError
from labkit.stubs import EXERCISES

CHECK = re.compile(r"^\s*labkit\.check\([\"'](\w+)[\"']\)", re.MULTILINE)
CELL_SECONDS = 600


@dataclass(frozen=True)
class Checked:
    """The result of one check: its points, and what it printed, or why it did not run."""

    exercise: str
    points: float
    total: float
    message: str


def check_notebook(path: Path) -> Iterator[Checked]:
    """Run a notebook's cells in a new kernel, in the folder where it lies; a result after each check.

    Cells that only show something (videos, training curves) are left out. The file is not changed. A cell
    that raises does not stop the others. Stored answers (`my_answers.json`) are neither read nor written.
    Raises LabError where the file is no notebook, or where nbclient is missing.
    """
    try:
        import nbformat
        from nbclient import NotebookClient
        from nbclient.exceptions import CellTimeoutError, DeadKernelError
    except ImportError as error:
        raise LabError(f"{error.name} runs the notebook: pip install nbclient ipykernel") from None
    try:
        notebook = nbformat.read(path, as_version=4)
    except OSError as error:
        raise LabError(f"{path} cannot be read: {error.strerror}") from None
    except Exception:
        raise LabError(f"{path} is not a notebook: name an .ipynb file") from None
    where = {"metadata": {"path": str(path.absolute().parent)}}
    client = NotebookClient(notebook, timeout=CELL_SECONDS, allow_errors=True, resources=where)
    with client.setup_kernel(env={**os.environ, "NBGRADER_EXECUTION": "validate"}):
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code" or cell.metadata.get("labkit", {}).get("show"):
                continue
            stopped = ""
            try:
                client.execute_cell(cell, index)
            except CellTimeoutError:
                stopped = f"the cell took more than {CELL_SECONDS} s"
            except DeadKernelError:
                stopped = "Python was ended by this cell or one above"
            for exercise in CHECK.findall(cell.source):
                if exercise in EXERCISES:
                    yield result(exercise, cell, stopped)


def result(exercise: str, cell, stopped: str) -> Checked:
    """The verdict that the outputs of a check's cell contain."""
    total = sum(question.points for question in probes(exercise))
    for output in cell.outputs:
        data = output.get("data", {})
        words = html.unescape(re.sub(r"<[^>]+>", "", data.get("text/html", ""))).strip()
        if output.output_type == "execute_result" and re.match(rf"[✔✘] {EXERCISES[exercise].title}\b", words):
            return Checked(exercise, float(data["text/plain"]), total, words)
        if output.output_type == "error":
            stopped = stopped or f"{output.ename}: {output.evalue}"
    return Checked(exercise, 0.0, total, f"✘ {exercise}: {stopped or 'the check gave no result'}")


def missing(path: Path, found: Iterable[Checked]) -> Iterator[Checked]:
    """The exercises of a notebook that it does not check, without points."""
    there = {checked.exercise for checked in found}
    for exercise, about in EXERCISES.items():
        if about.notebook == path.stem and exercise not in there:
            total = sum(question.points for question in probes(exercise))
            yield Checked(exercise, 0.0, total, f"✘ {about.title}: its check is not in this notebook")
