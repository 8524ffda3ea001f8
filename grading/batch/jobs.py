"""Grade one notebook: nbgrader's execution, with a sandbox around the learner's code and points that come
from outside of it. What happens here needs no course folder, so that it can happen anywhere (`pool`).

* A notebook runs in a kernel of its own under bubblewrap (`sandbox`).
* At a check, this process calls the learner's functions and judges the results (`remote.grader_client`).
* Cells that only show something (videos, training curves) are not run, where they are as handed out.
* Where a kernel ends, or does not react any more, a new one runs the cells above again, and grading goes on
  with the next cell.
* Time, and what a notebook may print, are limited for each cell and for all of it. The last third of the time
  belongs to checks: then other cells get some seconds each.
* Of several definitions of an exercise, the one counts that was plugged in when its check was last right, or
  else the last one. The grader's own check at that place decides, and not what a kernel returns.
* Where a name was missing at a check, or where a definition missed one, both are repeated below the last
  cell, which may define it; so are other cells that missed one.
"""

import hashlib
import json
import math
import re
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cache

import nbformat
import zmq
from nbclient.exceptions import CellExecutionComplete, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output
from nbgrader.preprocessors import Execute, LimitOutput, NbGraderPreprocessor
from nbgrader.utils import is_grade
from traitlets import Instance, Int, List, Unicode

from grading.intake.outputs import plain_notebook
from grading.intake.repair import targets
from grading.paths import ROOT
from grading.remote.grader_client import TOO_LONG, Remote, grade, right
from grading.remote.kernel_start import SERVER
from grading.sandbox.bubblewrap import DATA, Sandbox
from grading.sandbox.kernel import Manager
from labkit.exercises.check import Verdict
from labkit.paths import LabError
from labkit.stubs import EXERCISES

TIMEOUT = 120  # seconds a cell
NOTEBOOK_TIMEOUT = 900
FOR_CHECKS = 1 / 3  # of it
SHORT = 10  # seconds of a cell in that time
OUTPUT = 64 * 2**20  # bytes a notebook
CELL_OUTPUT = 16 * 2**20  # bytes a cell
CELL_OUTPUTS = 1000  # outputs that a cell may have; printed text in parts counts as one
OUTPUTS = 10_000  # likewise, a notebook
PART = 10_000  # characters of printed text to which further text is added
CUT = (
    f"\n... (cut: a cell may print {CELL_OUTPUT >> 20} MB and have {CELL_OUTPUTS} outputs, a notebook "
    f"{OUTPUT >> 20} MB and {OUTPUTS})\n"
)
SHOWING = ("stream", "display_data", "execute_result", "error")  # messages that become outputs
RESTARTS = 3
AGAIN = "Python was ended here. It was started again with the cells above, and grading went on below."
NOT_INTERRUPTED = (
    "This cell took too long and could not be interrupted. Python was started again with the cells above, "
    "and grading went on below."
)
EARLIER = "The definition counts for which this check was last right; a later one is not right."
CALL = re.compile(r"""\bcheck\(\s*["'](\w+)["']""")  # of labkit.check, whatever is done with its result
CALL_OF_ANY = re.compile(r"""\bcheck\b(?!\s*\(\s*["')])""")  # in a loop, say

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


def run(job: Job, sandbox: Callable[..., Sandbox] = Sandbox) -> Result:
    """Grade one notebook; whatever goes wrong with it is in the result. sandbox: where its kernels run."""
    start = time.monotonic()
    with ONE_AT_A_TIME:
        try:
            notebook, timed_out = _run(job, sandbox)
            return Result(notebook, time.monotonic() - start, timed_out=timed_out)
        except Exception:
            return Result("", time.monotonic() - start, traceback.format_exc())


def _run(job: Job, sandbox: Callable[..., Sandbox]) -> tuple[str, bool]:
    """The executed notebook as JSON, and whether it ran out of time."""
    for exercise in job.exercises:
        right(exercise, job.seed)
    notebook = nbformat.reads(job.notebook, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        for step in (run := runner(job, sandbox), Points()):
            notebook, resources = step.preprocess(notebook, resources)
    notebook, _ = LimitOutput().preprocess(plain_notebook(notebook), {})
    text = nbformat.writes(notebook).encode(errors="replace").decode()  # a lone surrogate cannot be encoded
    return text, run.timed_out


@cache
def version() -> str:
    """A digest of all that points depend on: code, checks, solutions, weights.

    Raises LabError where one of these files cannot be read.
    """
    grading = (f"grading/{name}" for name in ("batch", "intake", "remote", "sandbox", "variants"))
    folders = ("labkit", "solutions/reference", *grading, *(f"data/{name}" for name in DATA))
    paths = [p for folder in folders for p in (ROOT / folder).rglob("*")]
    digest = hashlib.sha256()
    for path in sorted(paths):
        if path.suffix in (".py", ".npz", ".z", ".safetensors"):
            try:
                content = path.read_bytes()
            except OSError as error:
                advice = f"whoever grades must be able to read all of {ROOT}: chmod -R a+rX {ROOT}"
                raise LabError(f"cannot read {path} ({error.strerror}): {advice}") from error
            digest.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


# ------------------------------------------------------------------------------------------------------------
#                                                  The notebook
# ------------------------------------------------------------------------------------------------------------


def fail(cell: NotebookNode, why: str) -> None:
    """Insert the reason for no points as first output: nbgrader takes the first one that it recognises."""
    cell.outputs.insert(0, new_output("error", ename="NotGraded", evalue=why, traceback=[why]))


def is_check(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and is_grade(cell)


def exercise_of(cell: NotebookNode) -> str:
    """The exercise of a check cell."""
    return cell.metadata.nbgrader.grade_id.removeprefix("check-")


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
        self.printed: Counter[int] = Counter()  # by cell
        self.output_counts: Counter[int] = Counter()  # their number, by cell
        self.ended: list[int] = []  # cells in which Python ended
        self.ignored: dict[int, int] = {}  # number of invalid messages, by cell
        self.ignored_before = 0  # of kernels that ended
        self.verdicts: dict[str, Verdict] = {}  # of the exercises whose check cell could be run
        self.earlier: dict[str, Verdict] = {}  # right definitions that later cells replace
        self.defined = [targets(cell.source) if cell.cell_type == "code" else set() for cell in nb.cells]
        self.end = time.monotonic() + self.notebook_timeout
        self.end_of_cells = self.end - FOR_CHECKS * self.notebook_timeout
        self.checking = False
        notebook, resources = super().preprocess(nb, resources, km)
        for cell in notebook.cells:  # now that no kernel can change it any more
            if is_check(cell):
                self.conclude(cell)
        for index, count in self.ignored.items():
            text = f"The grader ignored {count} messages of this kernel that break Jupyter's protocol.\n"
            notebook.cells[index].outputs.append(new_output("stream", name="stdout", text=text))
        return notebook, resources

    def conclude(self, cell: NotebookNode) -> None:
        """Write a check's result below it. A check that could not be run keeps the reason."""
        exercise, notes = exercise_of(cell), []
        verdict, earlier = self.verdicts.get(exercise), self.earlier.get(exercise)
        if earlier and (not verdict or verdict.judgement.failed):
            verdict, notes = earlier, [new_output("stream", text=EARLIER)]
        if verdict:
            cell.outputs = [new_output("execute_result", data=verdict._repr_mimebundle_()), *notes]

    def preprocess_cell(self, cell, resources, index):
        result = self.run_cell(cell, resources, index)
        if index == len(self.nb.cells) - 1:
            self.check_again()
        return result

    def check_again(self) -> None:
        """Below the last cell: repeat the checks that missed a name, below cells that missed one."""
        for index, cell in enumerate(self.nb.cells):
            verdict = self.verdicts.get(exercise_of(cell)) if is_check(cell) else None
            if not verdict or not verdict.judgement.failed or self.died:
                continue
            missed = self.missed()
            defined = any(self.functions(exercise_of(cell)) & self.defined[i] for i in missed)
            if "NameError" not in verdict.judgement.message and not defined:
                continue
            if time.monotonic() > self.end:
                return
            try:
                for i in missed:
                    self.execute_again(i)
                again = self.check(exercise_of(cell), cell, index)
            except (CellTimeoutError, DeadKernelError, zmq.Again):
                return
            if again.judgement.points > verdict.judgement.points:
                self.verdicts[exercise_of(cell)] = again

    def missed(self) -> list[int]:
        """The learner's cells in which a name was missing: definitions, and what these use."""
        return [
            i for i, cell in enumerate(self.nb.cells)
            if cell.cell_type == "code" and not is_check(cell)
            and any(o.output_type == "error" and o.ename == "NameError" for o in cell.outputs)
        ]  # fmt: skip

    @staticmethod
    def functions(exercise: str) -> set[str]:
        return {path.partition(":")[2] for path in EXERCISES[exercise].functions}

    def execute_again(self, index: int) -> None:
        """Run a cell once more, without a change of its outputs."""
        cell = self.nb.cells[index]
        try:
            self.execute_cell(new_code_cell(cell.source), index)
        finally:
            self.nb.cells[index] = cell

    def run_cell(self, cell, resources, index):
        if cell.cell_type != "code" or self.shows(cell):
            return cell, resources
        if time.monotonic() > self.end:
            self.timed_out = True
            self.died = self.died or "The notebook took too long, and was stopped here or above."
        if not self.died:
            before = self.ignored_messages()
            try:
                if is_check(cell):
                    self.verdicts[exercise_of(cell)] = self.check(exercise_of(cell), cell, index)
                else:
                    self.execute_cell(cell, index)
                    self.check_earlier(cell, index)
                return cell, resources
            except CellTimeoutError:
                self.timed_out = True
                if self.start_again(index):
                    fail(cell, NOT_INTERRUPTED)
                    return cell, resources
                self.died = "This cell, or one above, took too long and could not be interrupted."
            except zmq.Again:  # the kernel does not read
                self.died = "Python was ended here or in a cell above, so nothing more could be checked."
            except DeadKernelError:
                if self.start_again(index):
                    fail(cell, AGAIN)
                    return cell, resources
                self.died = "Python was ended here or in a cell above, so nothing more could be checked."
            finally:
                if count := self.ignored_messages() - before:
                    self.ignored[index] = count
        fail(cell, self.died)
        return cell, resources

    def start_again(self, index: int) -> bool:
        """Start a kernel and run the cells above again, but those that ended one; False where too many did.

        The notebook's limits of time and output are not reset. Raises RuntimeError where no kernel starts,
        which is not the learner's fault.
        """
        self.ended.append(index)
        while len(self.ended) <= RESTARTS:
            self.ignored_before = self.ignored_messages()
            self._cleanup_kernel()
            self.km = self.create_kernel_manager()
            self.start_new_kernel()
            self.start_new_kernel_client()
            if self.run_above(index):
                return True
        return False

    def run_above(self, index: int) -> bool:
        """Run the cells above this one again; False where one of them ends Python, which is noted."""
        for i, cell in enumerate(self.nb.cells[:index]):
            if cell.cell_type != "code" or is_check(cell) or i in self.ended or self.shows(cell):
                continue
            if time.monotonic() > self.end:
                break
            try:
                self.execute_again(i)
            except (CellTimeoutError, DeadKernelError, zmq.Again):
                self.ended.append(i)
                return False
        return True

    def check_earlier(self, cell: NotebookNode, index: int) -> None:
        """Where a learner's cell checks an exercise that a later cell defines again, keep a right result."""
        checked, of_any = set(CALL.findall(cell.source)), CALL_OF_ANY.search(cell.source)

        def defined(exercise: str, cells: list[set[str]]) -> bool:
            return any(self.functions(exercise) & names for names in cells)

        for exercise in self.sandbox.hidden:
            maybe = of_any and defined(exercise, self.defined[: index + 1])
            if (exercise in checked or maybe) and defined(exercise, self.defined[index + 1 :]):
                verdict = self.check(exercise, cell, index)
                if not verdict.judgement.failed:
                    self.earlier[exercise] = verdict

    def shows(self, cell: NotebookNode) -> bool:
        return cell.source.strip() in self.shown

    def check(self, exercise: str, cell: NotebookNode, index: int) -> Verdict:
        """The verdict of a check. The cell's code provides the functions; its outputs are replaced."""
        remote = Remote(self.km.grader_end, self.seconds(self.end))  # pyright: ignore[reportAttributeAccessIssue] - our Manager
        with ThreadPoolExecutor(1) as pool:
            verdict = pool.submit(grade, exercise, self.seed, remote)
            try:
                serve = f'__import__("{SERVER}").serve'  # binds no name
                self.checking = True
                self.execute_cell(new_code_cell(f'{serve}("{exercise}", {remote.session})'), index)
            finally:
                self.checking = False
                remote.channel.deadline = 0
                self.nb.cells[index] = cell
                self._display_id_map.clear()
            self.timed_out |= remote.silent == TOO_LONG
            return verdict.result()

    def ignored_messages(self) -> int:
        """How many messages of this notebook's kernels were ignored so far."""
        if self.kc is None:  # no kernel runs
            return self.ignored_before
        return self.ignored_before + self.kc.shell_channel.ignored + self.kc.iopub_channel.ignored

    async def _async_handle_timeout(self, timeout, cell=None):
        self.timed_out = True
        return await super()._async_handle_timeout(timeout, cell)

    def _get_timeout(self, cell):
        if self.checking:
            return self.seconds(self.end)
        return max(self.seconds(self.end_of_cells), min(SHORT, self.seconds(self.end)))

    def seconds(self, end: float) -> int:
        """The time limit of a cell that ends by `end`, in whole seconds, at least 1."""
        return max(1, min(self.timeout, math.ceil(end - time.monotonic())))

    def handle_comm_msg(self, outs, msg, cell_index):
        """Messages of widgets are ignored: nothing displays them here."""

    def shown_enough(self, index: int) -> bool:
        return self.output_counts[index] >= CELL_OUTPUTS or self.output_counts.total() >= OUTPUTS

    def process_message(self, msg, cell, cell_index):
        """Messages of a kernel; of what it prints, as much as the limits allow."""
        if msg.get("msg_type") != "status":
            try:
                size = len(repr(msg["content"])) + sum(map(len, msg.get("buffers", ())))
            except RecursionError:
                return None
            if (
                self.printed[cell_index] + size > CELL_OUTPUT
                or self.printed.total() + size > OUTPUT
                or (msg.get("msg_type") in SHOWING and self.shown_enough(cell_index))
            ):
                if not any(output.get("text", "").endswith(CUT) for output in cell.outputs[-1:]):
                    cell.outputs.append(new_output("stream", text=CUT))
                return None
            self.printed[cell_index] += size
        try:
            output = super().process_message(msg, cell, cell_index)
            join_last(cell.outputs)
            self.output_counts[cell_index] = len(cell.outputs)
            return output
        except CellExecutionComplete:
            raise
        except Exception:  # noqa: BLE001 - not a message of an honest kernel: lists in a thousand lists, say
            return None


def join_last(outputs: list[NotebookNode]) -> None:
    """Add printed text to that of the output above: programs that flush print each word by itself."""
    if len(outputs) < 2 or any(output.output_type != "stream" for output in outputs[-2:]):
        return
    above, last = outputs[-2:]
    texts = isinstance(above.text, str) and isinstance(last.text, str)
    if texts and above.name == last.name and len(above.text) < PART:
        above.text += last.text
        outputs.pop()


class Points(NbGraderPreprocessor):
    """A check earns the number that it returned, and nothing without one."""

    def preprocess_cell(self, cell, resources, index):
        if not is_check(cell):
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


def runner(job: Job, sandbox: Callable[..., Sandbox] = Sandbox) -> RunCells:
    return RunCells(
        shown=list(job.shown),
        sandbox=sandbox(job.exercises, safe=job.safe),
        seed=job.seed,
        timeout=job.timeout,
        iopub_timeout=10,
        shutdown_kernel="immediate",
    )
