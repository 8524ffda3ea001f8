"""Real workers with real kernels, on this machine and in a Dask cluster; some are killed at it."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from distributed import Client, LocalCluster
from nbformat.v4 import new_code_cell
from toy_course import ANSWER, Student, copied
from toy_pool import gradebook

from grading.batch.autograde import autograde, is_new
from grading.batch.jobs import Job
from grading.batch.pool import cluster, processes, run_there
from grading.course import Course
from grading.intake.collect import collect
from grading.paths import ROOT
from grading.sandbox.limits import family
from labkit.paths import LabError

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sandboxed")]
NAME = "03_diffusion"
SLEEPER = ("sleeper", NAME)
OTHERS = [(who, NAME) for who in ("wrong", "twin", "right")]
POINTS = {"right": 10, "twin": 10, "wrong": 6.25, "sleeper": 10}


@pytest.fixture(scope="module")
def collected(_course, releases, tmp_path_factory) -> Course:
    """Four students: two with the same notebook, one who sleeps for a while."""
    folder = tmp_path_factory.mktemp("collected")
    course = copied(_course, folder)
    for who in POINTS:
        hers = Student(releases[NAME])
        hers.solve()
        if who == "wrong":
            hers.write("code7", ANSWER.replace("variance.sqrt()", "variance"))
        if who == "sleeper":
            hers.cells.append(new_code_cell("import time; time.sleep(10)", id="nap"))
        hers.hand_in(folder / "inbox" / who)
    assert all(line.taken for line in collect(course, folder / "inbox"))
    course.seed()
    return course


@pytest.fixture
def course(collected, tmp_path) -> Course:
    return copied(collected, tmp_path)


def said(course: Course) -> dict[str, list]:
    """What every student's check shows."""
    notebooks = {who: course.graded_notebook(who, NAME) for who in POINTS}
    return {who: [c.outputs for c in nb.cells if c.id == "check-code7"] for who, nb in notebooks.items()}


def points(course: Course) -> dict[str, float]:
    return {mark.student: mark.points for mark in course.marks() if mark.name == "code7"}


@pytest.fixture(scope="module")
def alone(collected, tmp_path_factory) -> Course:
    """All graded by one worker, one after the other, undisturbed."""
    course = copied(collected, tmp_path_factory.mktemp("alone"))
    assert autograde(course, [SLEEPER, *OTHERS]) == {}
    assert points(course) == POINTS
    return course


def same(one: Course, other: Course) -> bool:
    return gradebook(one) == gradebook(other) and said(one) == said(other)


# ------------------------------------------------------------------------------------------------------------
#                                                Who is running
# ------------------------------------------------------------------------------------------------------------


def status(pid: int, field: str) -> str:
    return Path(f"/proc/{pid}/status").read_text().split(f"{field}:\t")[1].split("\n")[0]


def kernels(pid: int) -> dict[int, int]:
    """The outermost processes of sandboxes below a process, and who has started them."""
    found = {}
    for child in family(pid):
        with suppress(OSError, IndexError):
            parent = int(status(child, "PPid"))
            if status(child, "Name") == "bwrap" and status(parent, "Name") != "bwrap":
                found[child] = parent
    return found


def wait_until(what, seconds: float = 600) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "that never happened"
        time.sleep(0.02)


def gone(pids: list[int]) -> bool:
    """Ended; a zombie is nobody's kernel any more."""
    for pid in pids:
        with suppress(OSError, IndexError):
            if not status(pid, "State").startswith("Z"):
                return False
    return True


def graded(course: Course) -> int:
    return len(list(course.autograded.glob("*/*/[!.]*.ipynb")))


class Killer(threading.Thread):
    """Kills the worker that is left with the sleeper, once all others are graded."""

    def __init__(self, course: Course):
        super().__init__(daemon=True)
        self.course, self.victims = course, []
        self.start()

    def run(self) -> None:
        wait_until(lambda: graded(self.course) == len(OTHERS) and kernels(os.getpid()))
        (worker,) = kernels(os.getpid()).values()
        self.victims = family(worker)
        os.kill(worker, signal.SIGKILL)


# ------------------------------------------------------------------------------------------------------------
#                                                 This machine
# ------------------------------------------------------------------------------------------------------------


def test_another_order_two_workers_and_a_dead_one(alone, course):
    """The same grades: the submission whose worker died is graded again, alone."""
    killer = Killer(course)
    assert autograde(course, [*OTHERS, SLEEPER], workers=2) == {}
    assert len(killer.victims) > 1 and gone(killer.victims)
    assert same(course, alone)


@pytest.mark.parametrize("before", ["3", None])
def test_the_environment_is_as_it_was(before, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if before:
        monkeypatch.setenv("OMP_NUM_THREADS", before)
    with pytest.raises(KeyboardInterrupt), processes(1):
        assert os.environ["OMP_NUM_THREADS"] == "1"
        raise KeyboardInterrupt
    assert os.environ.get("OMP_NUM_THREADS") == before


def start(course: Course, temporary: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "grading", "autograde", "--course", str(course.root), "--workers", "2"]
    env = os.environ | {"TMPDIR": temporary}
    return subprocess.Popen(command, cwd=ROOT, env=env, text=True, stdout=-1, stderr=-1)


@pytest.fixture
def temporary():
    """Of a short name, for it will hold sockets."""
    with tempfile.TemporaryDirectory() as folder:
        yield folder


def test_stopped_then_killed_then_done(alone, course, temporary):
    """Nothing of a stopped or killed head goes on, and no grade is lost."""
    head = start(course, temporary)
    wait_until(lambda: graded(course) >= 1)
    below = family(head.pid)
    head.send_signal(signal.SIGINT)
    _, err = head.communicate(timeout=120)
    assert head.returncode == 130 and "Traceback" not in err
    last = re.match(r"grading: stopped; (\d) of 4 are graded, the same command goes on", err.splitlines()[-1])
    assert graded(course) - int(last[1]) in (0, 1)  # it may have come between a notebook and its count
    wait_until(lambda: gone(below) and not os.listdir(temporary), 10)

    stamps = {path: path.stat().st_mtime_ns for path in course.autograded.rglob("*.ipynb")}
    head = start(course, temporary)
    wait_until(lambda: set(kernels(head.pid).values()) - {head.pid})  # whose own one is only a trial
    below = family(head.pid)
    head.kill()
    head.communicate()
    wait_until(lambda: gone(below) and not os.listdir(temporary), 60)

    todo = [pair for pair in course.submissions() if is_new(course, *pair)]
    assert autograde(course, todo, workers=2) == {}
    assert same(course, alone)
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in stamps.items())


# ------------------------------------------------------------------------------------------------------------
#                                                  A cluster
# ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scheduler():
    with LocalCluster(2, threads_per_worker=1, processes=True, dashboard_address=":0") as local:
        yield local.scheduler_address


def test_a_cluster_grades_the_same_though_a_worker_dies(alone, course, scheduler):
    killer = Killer(course)
    assert autograde(course, [*OTHERS, SLEEPER], scheduler=scheduler) == {}
    assert len(killer.victims) > 1 and gone(killer.victims)
    assert same(course, alone)


def older() -> None:
    from grading.batch import jobs

    jobs.version = lambda: "older"


def elsewhere() -> None:
    sys.modules["grading.batch.jobs"] = None  # as if it were not installed


def test_a_worker_that_cannot_grade_is_named(scheduler):
    """The last test with this cluster: its worker is spoiled for good."""
    with Client(scheduler, set_as_default=False) as client:
        worker = sorted(client.nthreads())[0]
        for spoil, has in ((older, "another version"), (elsewhere, "no grading")):
            client.run(spoil, workers=[worker])
            with pytest.raises(LabError, match=f"^worker {worker} has {has}"), cluster(scheduler):
                pass


def test_a_worker_that_comes_later_is_asked_too():
    with pytest.raises(LabError, match="has another version"):
        run_there(Job("", (), (), 0), "newer")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://", "nonsense"])
def test_no_scheduler_is_said_in_one_line(address):
    with pytest.raises(LabError, match=f"^no scheduler answers at {address}"), cluster(address):
        pass
