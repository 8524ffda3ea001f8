"""From a folder of somebody's motion capture to one file of captioned motions.

A source is a module of this package with

    NAME, LICENSE                what the store says of itself
    scan(path) -> list[Raw]      the clips in a folder, unread; empty where there are none
    load(raw, body) -> Motion    one clip at 20 fps, from its start to its end; LabError where it is broken

Every clip that is done lies in ``<out>.partial`` until the store is written, under a name made of its file's
content and of our code: a run that was cut off goes on where it was, and nothing stale is ever taken.
"""

import hashlib
import importlib
import multiprocessing
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
from tqdm import tqdm

import labkit.body
import labkit.motion
import labkit.store
from labkit.body import Body, load_body
from labkit.motion import FPS, Motion
from labkit.paths import LabError, check_writable
from labkit.prepare import captions, splits
from labkit.store import Clip, read_store, write_store

SOURCES = ("bandai", "cmu", "accad", "deepmimic", "humanml3d")
MAX_FRAMES = 10 * FPS


@dataclass(frozen=True)
class Raw:
    """A clip as its source lists it, not yet read.

    name: unique within the source.
    start, end: the seconds of the file that belong to the clip; end None is the file's end.
    captions: sentences that people wrote of it.
    """

    name: str
    file: Path
    labels: dict[str, str]
    start: float = 0.0
    end: float | None = None
    captions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Summary:
    """What became of a source: clips of each split, their frames, and a line for each broken file."""

    path: Path
    clips: dict[str, int]
    frames: int
    broken: list[str]

    def __str__(self) -> str:
        counts = ", ".join(f"{n} {split}" for split, n in sorted(self.clips.items()))
        text = f"{self.path}: {sum(self.clips.values())} clips ({counts}), {self.frames / FPS / 3600:.2f} h"
        return "\n".join([text, f"{len(self.broken)} broken files left out", *self.broken])


def prepare(source: str, path: str | Path, out: str | Path, workers: int) -> Summary:
    """Retarget, caption, split and store the clips of `source` under `path` in the file `out`.

    Broken files are left out and named in the summary. May be interrupted at any time and started again.
    Raises LabError where `path` holds no clips of the source, or none that can be read.
    """
    path, out = Path(path).expanduser(), Path(out).expanduser()
    module = source_module(source)
    if not path.is_dir():
        raise LabError(f"no such folder: {path}: name the one that {source} was unpacked into")
    check_writable(out)
    raws = module.scan(path)
    if not raws:
        raise LabError(f"no {source} clips in {path}: name the folder as its owners publish it")
    partial = out.with_name(out.name + ".partial")
    partial.mkdir(parents=True, exist_ok=True)

    version = _version()
    jobs = [(source, raw, partial, version) for raw in raws]
    results = list(tqdm(_run(jobs, workers), total=len(jobs), desc=source, unit="clip"))
    broken = [result for result in results if isinstance(result, str)]
    if len(broken) == len(raws):
        with suppress(OSError):  # what an earlier run left there stays
            partial.rmdir()
        raise LabError(f"no {source} clip in {path} could be read, the first one because: {broken[0]}")

    split, clips = splits.assign(raws), []
    for raw, result in zip(raws, results):
        if isinstance(result, Path):
            clips += [replace(clip, split=split[raw.name]) for clip in read_store(result)[0]]
    about = dict(source=module.NAME, license=module.LICENSE, fps=FPS, clips=len(clips), broken=broken)
    write_store(out, clips, about)
    shutil.rmtree(partial)
    return Summary(out, Counter(c.split for c in clips), sum(len(c.motion) for c in clips), broken)


def source_module(source: str) -> ModuleType:
    """The module that reads `source`. Raises LabError where there is none."""
    if source not in SOURCES:
        raise LabError(f"unknown source {source!r}: choose one of {', '.join(SOURCES)}")
    return importlib.import_module(f"labkit.prepare.{source}")


def cut(motion: Motion) -> list[Motion]:
    """The motion in equal pieces of at most MAX_FRAMES."""
    pieces = -(-len(motion) // MAX_FRAMES)
    edges = np.linspace(0, len(motion), pieces + 1).round().astype(int)
    return [motion[start:end] for start, end in zip(edges, edges[1:])]


def _run(jobs: Sequence[tuple], workers: int) -> Iterator[Path | str]:
    """The result of each job, in order."""
    if workers == 1:
        yield from map(_prepare_clip, jobs)
        return
    # spawn, since forking a process that has run torch's threads may deadlock
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_start_worker)
    try:
        yield from pool.map(_prepare_clip, jobs)
    except BrokenProcessPool:
        raise LabError("a worker was killed, perhaps out of memory: run again with fewer workers") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _start_worker() -> None:
    """One thread each; an interrupt is the main process's business; no worker outlives it."""
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    threading.Thread(target=lambda: (parent.join(), signal.raise_signal(signal.SIGTERM)), daemon=True).start()


def _prepare_clip(job: tuple[str, Raw, Path, str]) -> Path | str:
    """A store of the clip's pieces in the folder of partial results, or the reason why there is none."""
    source, raw, partial, version = job
    try:
        key = hashlib.sha256(f"{version} {raw}".encode() + raw.file.read_bytes()).hexdigest()
        path = partial / f"{key}.npz"
        try:
            read_store(path)
        except LabError:  # none yet, or damaged since
            write_store(path, _clips(source, raw), {})
        return path
    except LabError as error:
        return str(error)
    except Exception as error:  # whatever a damaged file may cause: it must not cost the others
        return f"{raw.file}: {type(error).__name__}: {error}"


def _clips(source: str, raw: Raw) -> list[Clip]:
    body = _body()
    pieces = cut(source_module(source).load(raw, body))
    names = [raw.name] if len(pieces) == 1 else [f"{raw.name}_{i}" for i in range(len(pieces))]
    return [
        Clip(
            name,
            piece,
            tuple(captions.describe(source, raw.labels, piece, body.joints(piece), list(raw.captions))),
            raw.labels,
        )
        for name, piece in zip(names, pieces)
    ]


@cache
def _body() -> Body:
    return load_body()


def _version() -> str:
    """A fingerprint of what turns a file into stored clips: this package, the motion, the body, the store."""
    files = [Path(module.__file__) for module in (labkit.motion, labkit.body, labkit.store)]
    files += sorted(Path(__file__).parent.rglob("*.py"))
    code = b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(code + _body().rest_joints.numpy().tobytes()).hexdigest()
