"""Limits of time and memory for our own code that reads what students wrote.

A text may be written so that a parser needs hours or gigabytes for it, and shapes of arrays may be chosen so
that arithmetic does.
"""

import resource
from collections.abc import Callable, Iterator
from concurrent.futures import TimeoutError as Late
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

GB = 2**30


class ExceededLimit(Exception):
    """A call needed more than its limit of time or memory; the message is a phrase for the user."""


@contextmanager
def limited(memory: int = 3 * GB) -> Iterator[Callable]:
    """A function ``call(seconds, function, *arguments)`` → the result, computed in another process.

    memory: bytes that its process may allocate. The call raises what the function raises, and ExceededLimit.
    The process starts at the first call, and anew after an ExceededLimit.
    """
    pool: ProcessPool | None = None

    def call(seconds: float, function: Callable, *arguments: object) -> object:
        nonlocal pool
        pool = pool or ProcessPool(1, initializer=confine, initargs=[memory], context=get_context("spawn"))
        try:
            return pool.schedule(function, arguments, timeout=seconds).result()
        except Late as error:
            raise ExceededLimit(f"took longer than {seconds:g} s") from error
        except MemoryError as error:
            raise ExceededLimit(f"needed more than {memory / GB:g} GB of memory") from error
        except ProcessExpired as error:
            raise ExceededLimit(f"ended its process (exit code {error.exitcode})") from error

    try:
        yield call
    finally:
        if pool:
            pool.stop()
            pool.join()


def confine(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextmanager
def allocation_limit(extra: int) -> Iterator[None]:
    """Let this process allocate at most so many bytes more; larger arrays raise MemoryError or RuntimeError.

    Without effect where there is no /proc, as on macOS.
    """
    status, before = Path("/proc/self/status"), resource.getrlimit(resource.RLIMIT_DATA)
    if not status.is_file():
        yield
        return
    used = int(status.read_text().split("VmData:")[1].split()[0]) * 1024
    hard = before[1]
    soft = used + extra if hard == resource.RLIM_INFINITY else min(used + extra, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)
