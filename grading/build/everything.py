"""From one source, everything students get: stubs, stored answers, notebooks.

solutions/reference/   the exercises, each written once
solutions/NN_*.py      the notebooks (jupytext percent format)
grading/mutants/       wrong answers, each with its diagnosis
"""

import multiprocessing
import signal
from concurrent.futures import ProcessPoolExecutor

import torch
from tqdm import tqdm

from grading.build.answers import write_answers
from grading.build.notebooks import write_notebooks
from grading.build.recorded_solutions import write_recorded_solutions
from grading.build.stubs import write_stub
from labkit.cores import cores
from labkit.stubs import EXERCISES, stubs


def start_worker() -> None:
    """In a new process: one thread, and Ctrl-C ends it without a traceback."""
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def build() -> None:
    """Make everything; files that would not change are left alone.

    Answers take minutes for each exercise that changed: they are made by a process for each core.
    """
    changed = [entry.name for name in EXERCISES for entry in stubs(name) if write_stub(name, entry)]
    spawn = multiprocessing.get_context("spawn")  # after the stubs: a new process reads them
    with ProcessPoolExecutor(cores(), spawn, start_worker) as pool:
        written = tqdm(pool.map(write_answers, EXERCISES), "answers", len(EXERCISES), leave=False)
        changed += [f"{name}.npz" for name, new in zip(EXERCISES, written) if new]
    changed += write_recorded_solutions()
    changed += [f"{name}.ipynb" for name in write_notebooks()]
    print("changed: " + ", ".join(changed) if changed else "everything is up to date")
