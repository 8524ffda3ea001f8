"""Does grading work on this machine? Each finding is printed as soon as it is known; nothing is installed or
changed."""

import contextlib
import io
import platform
import secrets
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from grading.batch.jobs import Job, run
from grading.build import notebooks
from grading.paths import ROOT
from grading.sandbox.bubblewrap import Sandbox
from grading.sandbox.limits import GB, Limits
from labkit.cores import cores
from labkit.paths import LabError

EXERCISE, NOTEBOOK, POINTS = "code7", "03_diffusion", 10
CELL_SECONDS = 10  # that a cell of the self-test may take
ENDLESS = """
import labkit

@labkit.exercise(labkit.diffusion.ddpm_step)
def ddpm_step(schedule, prediction, x_t, t, t_prev, noise):
    while True:
        pass
"""
CURIOUS = """
import os, socket
reached = []
for path in PATHS:
    try:
        os.listdir(path) and reached.append(path)
    except OSError:
        pass
try:
    socket.create_connection(("127.0.0.1", PORT), 2)
    reached.append("the network of this machine")
except OSError:
    pass
try:
    open(os.path.join(ROOT, "grading-doctor"), "w").close()
    reached.append("the course's folder, for writing")
except OSError:
    pass
print("reached:", ", ".join(reached) or "nothing")
"""


@dataclass(frozen=True)
class Finding:
    """state: "ok"; "weaker" where grading works with less protection or speed; "fails" where it does not."""

    state: str
    text: str

    def __str__(self) -> str:
        return f"{self.state:7} {self.text}"


def findings() -> Iterator[Finding]:
    """All checks in turn; the self-test is left out where the sandbox does not start."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "nbgrader"))
    yield Finding("ok", f"Python {platform.python_version()}, {packages}, {platform.machine()}")
    ready = True
    for finding in sandbox():
        ready &= finding.state != "fails"
        yield finding
    yield memory()
    if ready:
        yield right_answer()
        yield endless_loop()
        yield curious()


def sandbox() -> Iterator[Finding]:
    """Does bubblewrap start Python, and which of its limits hold?"""
    weaker = io.StringIO()
    try:
        with contextlib.redirect_stderr(weaker):
            Sandbox().check()
    except LabError as error:
        yield Finding("fails", str(error))
        return
    name = subprocess.run(["bwrap", "--version"], capture_output=True, text=True).stdout.strip()
    yield Finding("ok", f"{name} starts Python; its path is {shutil.which('bwrap')}")
    for line in weaker.getvalue().splitlines():
        yield Finding("weaker", line.removeprefix("weaker limits: "))
    if not weaker.getvalue():
        yield Finding(
            "ok", "system calls are filtered, and control groups limit memory, threads and processor"
        )


def memory() -> Finding:
    """Is there enough for as many workers as `autograde` starts?"""
    lines = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    free, limit, workers = int(lines["MemAvailable"].split()[0]) * 1024, Limits().memory, cores()
    text = f"{free / GB:.0f} GB of memory are available; {workers} workers may use {limit / GB:.0f} GB each"
    if free >= limit * workers:
        return Finding("ok", text)
    return Finding("weaker", f"{text}: pass --workers {max(free // limit, 1)} to autograde")


# ------------------------------------------------------------------------------------------------------------
#                                      The self-test: three submissions
# ------------------------------------------------------------------------------------------------------------


def submission(first: str = "", answer: str = "") -> NotebookNode:
    """A notebook with one exercise. first: a cell above the answer. answer: default, the right one."""
    source = {cell.id: cell for cell in notebooks.make(NOTEBOOK).cells}
    check = source[f"check-{EXERCISE}"]
    cells = [new_code_cell(first), new_code_cell(answer or source[EXERCISE].source), check]
    return new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})


def graded(notebook: NotebookNode) -> tuple[float, str, float, bool]:
    """Points, what the first cell printed, seconds, and whether a time limit ended it. Raises LabError."""
    job = Job(nbformat.writes(notebook), (), (EXERCISE,), secrets.randbits(32), CELL_SECONDS)
    result = run(job)
    if result.failed:
        raise LabError(result.failed.strip().splitlines()[-1])
    cells = nbformat.reads(result.notebook, as_version=4).cells
    points = [float(o.data["text/plain"]) for o in cells[-1].outputs if o.output_type == "execute_result"]
    printed = "".join(o.get("text", "") for o in cells[0].outputs).strip()
    return sum(points), printed, result.seconds, result.timed_out


def self_test(name: str) -> Callable[[Callable[[], tuple[bool, str]]], Callable[[], Finding]]:
    """Make a finding of a function that returns whether a test passed, and its result in words."""

    def decorate(test: Callable[[], tuple[bool, str]]) -> Callable[[], Finding]:
        def run_test() -> Finding:
            try:
                passed, text = test()
            except LabError as error:
                passed, text = False, str(error)
            return Finding("ok" if passed else "fails", f"self-test, {name}: {text}")

        return run_test

    return decorate


@self_test("a right answer")
def right_answer() -> tuple[bool, str]:
    points, _, seconds, _ = graded(submission())
    return points == POINTS, f"{points:g} of {POINTS} points in {seconds:.1f} s"


@self_test("an endless loop")
def endless_loop() -> tuple[bool, str]:
    points, _, seconds, ended = graded(submission(answer=ENDLESS))
    how = "ended" if ended else "not ended"
    return ended and not points, f"{how} after {seconds:.1f} s, {points:g} points"


@self_test("a curious submission")
def curious() -> tuple[bool, str]:
    """It looks for solutions, grades and a server on this machine, and tries to write."""
    paths = [str(ROOT / name) for name in ("solutions", "grading/course", "grading/zoo", ".git")]
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = CURIOUS.replace("PATHS", repr(paths)).replace("ROOT", repr(str(ROOT)))
        code = code.replace("PORT", str(server.getsockname()[1]))
        _, printed, _, _ = graded(submission(first=code))
    return printed == "reached: nothing", printed or "printed nothing"


def doctor() -> int:
    """Print all findings; returns the number of those that prevent grading."""
    failed = 0
    for finding in findings():
        print(finding, flush=True)
        failed += finding.state == "fails"
    return failed
