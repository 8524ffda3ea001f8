"""Grade one notebook: nbgrader's execution, with a sandbox around the learner's code and points that come
from outside of it. What happens here needs no course folder, so that it can happen anywhere (`pool`).

* A notebook runs in a kernel of its own under bubblewrap (`sandbox`).
* At a check, this process calls the learner's functions and judges the results (`remote.grader_client`).
* Cells that only show something (videos, training curves) are not run, where they are as handed out.
* A kernel that dies ends the points there, and not the whole batch.
* Time, and what a notebook may print, are limited for each cell and for all of it.
"""

import hashlib
import json
import tempfile
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache

import nbformat
import zmq
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output
from nbgrader.preprocessors import Execute, LimitOutput, NbGraderPreprocessor
from nbgrader.utils import is_grade
from traitlets import Instance, Int, List, Unicode

from grading.intake.outputs import plain_notebook
from grading.paths import ROOT
from grading.remote import kernel_server
from grading.remote.grader_client import TOO_LONG, Remote, grade, right
from grading.sandbox.bubblewrap import DATA, Sandbox
from grading.sandbox.kernel import Manager
from labkit.exercises.check import Verdict

TIMEOUT = 120  # seconds a cell
NOTEBOOK_TIMEOUT = 900
OUTPUT = 64 * 2**20  # bytes a notebook

ONE_AT_A_TIME = threading.Lock()  # a check plugs the learner's functions into this process's labkit


@dataclass(frozen=True)
class Job:
    """What is needed to grade a notebook, without its student's name."""

    notebook: str  # as JSON
    shown: tuple[str, ...]  # code of released cells that only show something
    exercises: tuple[str, ...]
    seed: int  # of the inputs that checks are made with
    timeout: int = TIMEOUT
    safe: bool = True  # under bubblewrap

    def key(self) -> str:
        """The same for the same notebook, settings and version of the course, and for nothing else."""
        return hashlib.sha256(json.dumps([asdict(self), version()]).encode()).hexdigest()


@dataclass(frozen=True)
class Result:
    """An executed notebook as JSON, or why there is none (a traceback, or a line).

    timed_out: some of it took too long, or was not run for lack of time.
    """

    notebook: str
    seconds: float
    failed: str = ""
    timed_out: bool = False


def run(job: Job) -> Result:
    """Grade one notebook; whatever goes wrong with it is in the result."""
    start = time.monotonic()
    with ONE_AT_A_TIME:
        try:
            notebook, timed_out = _run(job)
            return Result(notebook, time.monotonic() - start, timed_out=timed_out)
        except Exception:
            return Result("", time.monotonic() - start, traceback.format_exc())


def _run(job: Job) -> tuple[str, bool]:
    """The executed notebook as JSON, and whether it ran out of time."""
    for exercise in job.exercises:
        right(exercise, job.seed)
    notebook = nbformat.reads(job.notebook, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        for step in (run := runner(job), Points()):
            notebook, resources = step.preprocess(notebook, resources)
    notebook, _ = LimitOutput().preprocess(plain_notebook(notebook), {})
    text = nbformat.writes(notebook).encode(errors="replace").decode()  # a lone surrogate cannot be encoded
    return text, run.timed_out


@cache
def version() -> str:
    """A digest of all that points depend on: code, checks, solutions, weights."""
    grading = (f"grading/{name}" for name in ("batch", "intake", "remote", "sandbox", "variants"))
    folders = ("labkit", "solutions/reference", *grading, *(f"data/{name}" for name in DATA))
    paths = [p for folder in folders for p in (ROOT / folder).rglob("*")]
    digest = hashlib.sha256()
    for path in sorted(paths):
        if path.suffix in (".py", ".npz", ".z", ".safetensors"):
            digest.update(f"{path.relative_to(ROOT)} {path.stat().st_size}\n".encode() + path.read_bytes())
    return digest.hexdigest()


# ------------------------------------------------------------------------------------------------------------
#                                                  The notebook
# ------------------------------------------------------------------------------------------------------------


def fail(cell: NotebookNode, why: str) -> None:
    """Insert the reason for no points as first output: nbgrader takes the first one that it recognises."""
    cell.outputs.insert(0, new_output("error", ename="NotGraded", evalue=why, traceback=[why]))


class RunCells(Execute):
    """nbgrader's execution in a sandbox, where checks are the grader's. Without the cells in `shown`, and
    going on after a kernel's death."""

    shown = List(Unicode(), help="code of released cells that only show something")
    sandbox = Instance(Sandbox, ())
    seed = Int(help="of the inputs that checks are made with")
    notebook_timeout = Int(NOTEBOOK_TIMEOUT, help="seconds for all cells together")

    def create_kernel_manager(self):
        self.km = Manager(self.sandbox, kernel_name="python3")
        return self.km

    def preprocess(self, nb, resources=None, km=None):
        self.died = ""
        self.timed_out = False
        self.printed = 0
        self.ignored: dict[int, int] = {}  # number of invalid messages, by cell
        self.verdicts: list[tuple[NotebookNode, Verdict]] = []
        self.end = time.monotonic() + self.notebook_timeout
        notebook, resources = super().preprocess(nb, resources, km)
        for cell, verdict in self.verdicts:  # now that no kernel can change it any more
            cell.outputs = [new_output("execute_result", data=verdict._repr_mimebundle_())]
        for index, count in self.ignored.items():
            text = f"The grader ignored {count} messages of this kernel that break Jupyter's protocol.\n"
            notebook.cells[index].outputs.append(new_output("stream", name="stdout", text=text))
        return notebook, resources

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type != "code" or cell.source.strip() in self.shown:
            return cell, resources
        if time.monotonic() > self.end:
            self.timed_out = True
            self.died = self.died or "The notebook took too long, and was stopped here or above."
        if not self.died:
            before = self.nonsense()
            try:
                if is_grade(cell):
                    self.verdicts.append((cell, self.check(cell, index)))
                else:
                    self.execute_cell(cell, index)
                return cell, resources
            except CellTimeoutError:
                self.timed_out = True
                self.died = "This cell, or one above, took too long and could not be interrupted."
            except (DeadKernelError, zmq.Again):  # gone, or deaf
                self.died = (
                    self.died or "Python was ended here or in a cell above, so nothing more could be checked."
                )
            finally:
                if count := self.nonsense() - before:
                    self.ignored[index] = count
        fail(cell, self.died)
        return cell, resources

    def check(self, cell: NotebookNode, index: int) -> Verdict:
        """The verdict of a check. The cell's code provides the functions; its outputs are replaced."""
        exercise = cell.metadata.nbgrader.grade_id.removeprefix("check-")
        remote = Remote(self.km.grader_end, self._get_timeout(cell))  # pyright: ignore[reportAttributeAccessIssue] - our Manager
        with ThreadPoolExecutor(1) as pool:
            verdict = pool.submit(grade, exercise, self.seed, remote)
            try:
                serve = f'__import__("{kernel_server.__name__}", fromlist=["serve"]).serve'  # binds no name
                self.execute_cell(new_code_cell(f'{serve}("{exercise}", {remote.session})'), index)
            finally:
                remote.channel.deadline = 0
                self.nb.cells[index] = cell
                self._display_id_map.clear()
            self.timed_out |= remote.silent == TOO_LONG
            return verdict.result()

    def nonsense(self) -> int:
        """How many messages of the kernel were ignored so far."""
        return self.kc.shell_channel.ignored + self.kc.iopub_channel.ignored

    async def _async_handle_timeout(self, timeout, cell=None):
        self.timed_out = True
        return await super()._async_handle_timeout(timeout, cell)

    def _get_timeout(self, cell):
        return max(1, min(self.timeout, int(self.end - time.monotonic())))

    def handle_comm_msg(self, outs, msg, cell_index):
        """Messages of widgets are ignored: nothing displays them here."""

    def process_message(self, msg, cell, cell_index):
        """Messages of a kernel, up to a limit."""
        self.printed += len(repr(msg["content"])) + sum(map(len, msg.get("buffers", ())))
        if self.printed > OUTPUT:
            self.died = (
                self.died or f"The notebook printed more than {OUTPUT >> 20} MB, and was ended for it."
            )
            self.km.provisioner.end()  # pyright: ignore[reportAttributeAccessIssue] - ours
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


def runner(job: Job) -> RunCells:
    return RunCells(
        shown=list(job.shown),
        sandbox=Sandbox(job.exercises, safe=job.safe),
        seed=job.seed,
        timeout=job.timeout,
        iopub_timeout=10,
        shutdown_kernel="immediate",
    )
