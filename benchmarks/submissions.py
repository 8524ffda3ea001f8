"""How long grading takes: what the sandbox and the trusted comparison cost, workers, and a whole class.

    python benchmarks/submissions.py                some minutes on two idle cores
    python benchmarks/submissions.py --copies 100   a class of a hundred: a quarter of an hour more

Everybody hands in the reference's notebook 03. Plain execution is nbclient's, of the same cells in an
ordinary kernel, where labkit.check does its own comparing. All is measured in one run; rounds take turns, and
medians count. Ratios are by the clock and by processor time, which other programs change less.
"""

import argparse
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from grading.batch import jobs
from grading.batch.autograde import autograde, make_job
from grading.batch.jobs import Job
from grading.batch.pool import processes
from grading.build import notebooks
from grading.course import Course
from grading.sandbox.limits import family
from labkit.cli import Parser

NAME = "03_diffusion"
CLASS, CORES = 500, 16


def prepare(folder: Path, students: int) -> Course:
    """A course with one notebook, handed in by so many."""
    source = notebooks.make(NAME)
    course = Course(folder)
    course.prepare(lambda made: notebooks.write(made / NAME / f"{NAME}.ipynb", source))
    solved = course.released()[NAME]
    for cell, with_answer in zip(solved.cells, source.cells, strict=True):
        if cell.cell_type == "code":
            cell.source = with_answer.source
    for i in range(students):
        notebooks.write(course.submitted_path(f"student{i:03}", NAME), solved)
    return course


@dataclass
class Spent:
    """Seconds of a block by the clock, and of processor time of this process and its descendants."""

    wall: float = 0.0
    processor: float = 0.0


@contextmanager
def measured() -> Iterator[Spent]:
    """Processor time is read 20 times a second: nobody learns how much a kernel used that was killed."""
    spent, ended = Spent(), threading.Event()
    before, used = own_seconds(os.getpid()), {}

    def watch() -> None:
        while not ended.wait(0.05):
            for pid in family(os.getpid())[1:]:
                used[pid] = max(used.get(pid, 0.0), own_seconds(pid))  # 0 where it has just ended

    thread, start = threading.Thread(target=watch), time.perf_counter()
    thread.start()
    try:
        yield spent
    finally:
        spent.wall = time.perf_counter() - start
        ended.set()
        thread.join()
        spent.processor = own_seconds(os.getpid()) - before + sum(used.values())


def own_seconds(pid: int) -> float:
    """Processor time of a process without its children; 0 where it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def plain(job: Job) -> Spent:
    """What it takes to run the cells that grading runs, in a kernel like any other."""
    notebook = nbformat.reads(job.notebook, as_version=4)
    notebook.cells = [
        cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip() not in job.shown
    ]
    with measured() as spent:
        NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    return spent


def graded(job: Job) -> Spent:
    with measured() as spent:
        result = jobs.run(job)
    if result.failed:
        raise SystemExit(result.failed)
    return spent


def ratio(job: Job, rounds: int) -> None:
    """Grading beside plain execution, turn by turn. What a worker does once is done before."""
    graded(job)
    pairs = [(plain(job), graded(job)) for _ in range(rounds)]
    for kind, read in (("clock", attrgetter("wall")), ("processor time", attrgetter("processor"))):
        seconds = [(read(one), read(other)) for one, other in pairs]
        one, other = (statistics.median(column) for column in zip(*seconds))
        quotient = statistics.median(other / one for one, other in seconds)
        print(
            f"one notebook by {kind}, median of {rounds}: plain {one:.1f} s, graded {other:.1f} s, ", end=""
        )
        print(f"ratio {quotient:.2f} (median of pairs)")


def throughput(job: Job, workers: int, count: int) -> float:
    """Submissions a minute, once the workers have warmed up."""
    with processes(workers) as pool:
        stamps = []
        for _ in pool.results((i, job) for i in range(count + workers)):
            stamps.append(time.perf_counter())
    return 60 * count / (stamps[-1] - stamps[workers - 1])


def whole_class(course: Course, workers: int) -> None:
    submissions = course.submissions()
    start = time.perf_counter()
    if failures := autograde(course, submissions, workers=workers):
        raise SystemExit(f"not graded: {failures}")
    minutes = (time.perf_counter() - start) / 60
    points = {mark.points for mark in course.marks() if not mark.written and mark.name == "code7"}
    print(f"{len(submissions)} submissions, from file to gradebook, {workers} workers: {minutes:.1f} minutes")
    print(f"  all have the same points: {len(points) == 1}")
    scaled = minutes / len(submissions) * workers * CLASS / CORES
    print(f"  extrapolated, not measured: {CLASS} of them on {CORES} cores like these, {scaled:.0f} minutes")


def main(arguments: list[str] | None = None) -> None:
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="of one notebook, plain and graded")
    parser.add_argument(
        "--count", type=int, default=6, help="notebooks that are counted with 1 and 2 workers"
    )
    parser.add_argument("--copies", type=int, default=20, help="notebooks of the whole class")
    args = parser.parse_args(arguments)
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as folder:
        course = prepare(Path(folder) / "course", args.copies)
        job = make_job(course, course.submissions()[0], course.released()[NAME], course.seed())
        ratio(job, args.rounds)
        for workers in (1, 2):
            print(f"{workers} workers: {throughput(job, workers, args.count):.1f} submissions a minute")
        whole_class(course, workers=2)


if __name__ == "__main__":
    main()
