"""Where jobs run: in processes of this machine, or on a Dask cluster. A job depends only on its
own data, so a worker that dies loses the job that it was running and nothing else."""

import multiprocessing
import os
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import wait as wait_for
from multiprocessing.context import SpawnContext
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from grading.batch import jobs
from grading.batch.jobs import Job, Result
from grading.sandbox.bubblewrap import Sandbox
from grading.sandbox.limits import remove_groups
from labkit.paths import LabError

PATIENCE = jobs.NOTEBOOK_TIMEOUT + 300  # seconds: then a worker itself hangs
CONNECT = 10  # seconds

Whose = TypeVar("Whose")


@dataclass(frozen=True)
class Pool:
    """submit: start a job. size: how many run at the same time, at this moment."""

    submit: Callable[[Job], Future]
    size: Callable[[], int]

    def results(self, submissions: Iterable[tuple[object, Job]]) -> Iterator[tuple[object, Result]]:
        """(whose, result) in the order in which they come in; takes from `submissions` as workers get free.

        A worker's death is a result too. What timed out or failed beside other jobs is repeated alone in the
        end, since they may have been the reason. Raises LabError where no job can be done here.
        """
        waiting: dict[Future, tuple[object, Job]] = {}
        again: list[tuple[object, Job]] = []
        alone = self.size() == 1

        def finished() -> Iterator[tuple[object, Result]]:
            for (whose, job), result in done(waiting):
                if (result.timed_out or result.failed) and not alone:
                    again.append((whose, job))
                else:
                    yield whose, result

        for whose, job in submissions:
            waiting[self.submit(job)] = whose, job
            while len(waiting) >= 2 * self.size():
                yield from finished()
        while waiting:
            yield from finished()
        for whose, job in again:
            yield from done({self.submit(job): whose})


def done(waiting: dict[Future, Whose]) -> Iterator[tuple[Whose, Result]]:
    """Take out what has come in, results before what may end it all; waits for one."""
    found = wait(waiting, return_when=FIRST_COMPLETED).done
    for future in sorted(found, key=lambda f: f.cancelled() or f.exception() is not None):
        yield waiting.pop(future), outcome(future)


def outcome(future: Future) -> Result:
    try:
        return future.result()
    except LabError:
        raise
    except (BrokenProcessPool, CancelledError) as error:
        raise LabError(
            f"the workers are gone ({type(error).__name__}): see that they run; the same command goes on"
        ) from error
    except ProcessExpired as error:
        reason = f"the worker process died (exit code {error.exitcode}, out of memory perhaps)"
    except TimeoutError:
        reason = f"the worker process gave no answer for {PATIENCE // 60} minutes"
    except Exception as error:  # Dask's are many: KilledWorker states how often it was tried
        reason = f"{type(error).__name__}: {str(error).partition('. ')[0]}"
    return Result("", 0, reason)


# ------------------------------------------------------------------------------------------------------------
#                                                 This machine
# ------------------------------------------------------------------------------------------------------------


@contextmanager
def processes(workers: int) -> Iterator[Pool]:
    """Fresh processes, none of which outlives the end of this block, or of this process."""
    remove_groups()
    with one_thread(), tempfile.TemporaryDirectory(prefix="labkit-") as folder:
        pool = ProcessPool(workers, initializer=start, initargs=[folder], context=spawn())
        try:
            yield Pool(lambda job: pool.schedule(jobs.run, [job], timeout=PATIENCE), lambda: workers)
        finally:
            pool.stop()
            pool.join()
            remove_groups()


@contextmanager
def one_thread() -> Iterator[None]:
    """Processes that are started meanwhile compute in one thread each."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


def spawn() -> SpawnContext:
    return multiprocessing.get_context("spawn")  # a fork of a process with torch's threads may hang


def start(folder: str) -> None:
    """In a new worker: keep all files in one folder, and end with the main process, the kernel included."""
    tempfile.tempdir = folder

    def follow() -> None:
        wait_for([multiprocessing.parent_process().sentinel])
        shutil.rmtree(folder, ignore_errors=True)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=follow, daemon=True).start()


# ------------------------------------------------------------------------------------------------------------
#                                                  A cluster
# ------------------------------------------------------------------------------------------------------------


@contextmanager
def cluster(address: str) -> Iterator[Pool]:
    """The workers of a Dask scheduler such as "tcp://10.0.0.1:8786".

    Raises LabError where it does not answer, and where a worker cannot grade or has another version of the
    course.
    """
    try:
        from distributed import Client  # an extra, and slow to import
    except ImportError:
        raise LabError("--scheduler needs Dask: pip install -e '.[grading,cluster]'") from None
    try:
        client = Client(address, timeout=CONNECT, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise LabError(f"no scheduler answers at {address}: start one with `dask scheduler`") from error
    with client:
        if not client.nthreads():
            raise LabError(f"the scheduler at {address} has no workers: `dask worker {address}` starts one")
        versions: Any = client.run(jobs.version, on_error="return")
        for worker, version in versions.items():
            agree(worker, version, jobs.version())
        executor = client.get_executor(pure=False)
        yield Pool(
            lambda job: executor.submit(run_there, job, jobs.version()),
            lambda: count(client.nthreads),
        )


def count(ask: Callable[[], dict]) -> int:
    """Workers at this moment, at least one: there may be more soon."""
    try:
        return max(1, len(ask()))
    except OSError as error:
        raise LabError("the scheduler is gone: start it again; the same command goes on") from error


def agree(worker: str, theirs: object, ours: str) -> None:
    if theirs != ours:
        has = "another version of the course" if isinstance(theirs, str) else f"no grading ({theirs})"
        raise LabError(f"worker {worker} has {has}: give it the clone that is here")


@cache
def confined(safe: bool) -> None:
    Sandbox(safe=safe).check()


def run_there(job: Job, version: str) -> Result:
    """Grade a job on a worker, which may have joined after the others were asked."""
    agree(socket.gethostname(), jobs.version(), version)
    confined(job.safe)
    return jobs.run(job)
