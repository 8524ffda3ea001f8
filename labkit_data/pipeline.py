"""From a folder of published motion capture to one file of captioned motions.

A source is a module of this package with

    NAME, LICENSE                the store's name and licence
    scan(path) -> list[Raw]      the clips in a folder, unread; empty where there are none
    load(raw, body) -> Motion    one clip at 20 fps, from its start to its end; LabError where it is broken
    beside(raw) -> list[Path]    the other files that a clip is read from; only in sources that have some

Every clip that is done lies in ``<out>.partial`` until the store is written, under a name made of its file's
content and of our code: an interrupted run continues where it stopped, and outdated results are never used.
"""

import hashlib
import importlib
import multiprocessing
import re
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

import torch
from tqdm import tqdm

import labkit.body
import labkit.motion
import labkit.store
from labkit.body import Body, load_body
from labkit.motion import FPS
from labkit.paths import LabError, alone, check_writable
from labkit.store import Clip, read_store, write_store
from labkit_data import captions, splits
from labkit_data.cutting import cut
from labkit_data.floor import settle

SOURCES = ("bandai", "cmu", "accad", "deepmimic", "mesh2motion", "snu", "animated_drawings", "humanml3d")
SHOWN = 5  # files that the summary names of each kind of doubt; the store names all


@dataclass(frozen=True)
class Raw:
    """A clip as its source lists it, not yet read.

    name: unique within the source.
    start, end: the seconds of the file that belong to the clip; end None is the file's end.
    captions: sentences that people wrote of it.
    stretch: duration of the recording divided by that in the file, by its stated or assumed frame rate.
    warnings: doubts about the file, as (kind, which file and how).
    """

    name: str
    file: Path
    labels: dict[str, str]
    start: float = 0.0
    end: float | None = None
    captions: tuple[str, ...] = ()
    stretch: float = 1.0
    warnings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Summary:
    """The result for a source: clips of each split, their frames, a line for each broken file, and what is
    doubtful: kind → which files and how."""

    path: Path
    clips: dict[str, int]
    frames: int
    broken: list[str]
    warnings: dict[str, list[str]]

    def __str__(self) -> str:
        counts = ", ".join(f"{n} {split}" for split, n in sorted(self.clips.items()))
        text = f"{self.path}: {sum(self.clips.values())} clips ({counts}), {self.frames / FPS / 3600:.2f} h"
        doubts = [f"{len(which)} {kind}: {_some(which)}" for kind, which in self.warnings.items()]
        return "\n".join(
            [text, f"{len(self.broken)} broken files left out", *_by_reason(self.broken), *doubts]
        )


def prepare(source: str, path: str | Path, out: str | Path, workers: int) -> Summary:
    """Retarget, caption, split and store the clips of `source` under `path` in the file `out`.

    Broken files are left out and named in the summary. May be interrupted at any time and started again.
    Raises LabError where `path` holds no clips of the source, or none that can be read, and where another
    process is preparing the same file.
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
    try:
        with alone(partial):
            return _prepare(source, path, raws, out, partial, workers)
    finally:
        with suppress(OSError):  # not empty: clips that are done, of another run or for the next one
            partial.rmdir()


def _prepare(source: str, path: Path, raws: list[Raw], out: Path, partial: Path, workers: int) -> Summary:
    """The same, with the folder of partial results to itself, which is gone afterwards."""
    module = source_module(source)
    version = _version()
    jobs = [(source, raw, partial, version) for raw in raws]
    results = list(tqdm(_run(jobs, workers), total=len(jobs), desc=source, unit="clip"))
    broken = [result for result in results if isinstance(result, str)]
    if len(broken) == len(raws):
        raise LabError(f"no {source} clip in {path} could be read, the first one because: {broken[0]}")

    split, clips = splits.assign(raws), []
    for raw, result in zip(raws, results):
        if isinstance(result, Path):
            clips += [replace(clip, split=split[raw.name]) for clip in read_store(result)[0]]
    warnings: dict[str, list[str]] = {}
    for kind, which in dict.fromkeys(warning for raw in raws for warning in raw.warnings):
        warnings.setdefault(kind, []).append(which)
    about = dict(source=module.NAME, license=module.LICENSE, fps=FPS, clips=len(clips), broken=broken)
    write_store(out, clips, about | dict(warnings=warnings))
    shutil.rmtree(partial, ignore_errors=True)  # a process that has just come may be there
    return Summary(out, Counter(c.split for c in clips), sum(len(c.motion) for c in clips), broken, warnings)


def _by_reason(lines: list[str]) -> Iterator[str]:
    """The first few lines of each reason: of those that differ in numbers and names of files alone."""
    reasons: dict[str, list[str]] = {}
    for line in lines:
        reasons.setdefault(re.sub(r"\S*[\d/\\]\S*", "", line), []).append(line)
    for alike in reasons.values():
        yield from alike[:SHOWN]
        if len(alike) > SHOWN:
            yield f"and {len(alike) - SHOWN} more for the same reason"


def _some(items: list[str]) -> str:
    """The first few, and how many there are besides."""
    more = f" and {len(items) - SHOWN} more" if len(items) > SHOWN else ""
    return ", ".join(items[:SHOWN]) + more


def source_module(source: str) -> ModuleType:
    """The module that reads `source`. Raises LabError where there is none."""
    if source not in SOURCES:
        raise LabError(f"unknown source {source!r}: choose one of {', '.join(SOURCES)}")
    return importlib.import_module(f"labkit_data.sources.{source}")


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
    """One thread each; the main process handles interrupts; no worker outlives it."""
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    threading.Thread(target=lambda: (parent.join(), signal.raise_signal(signal.SIGTERM)), daemon=True).start()


def _prepare_clip(job: tuple[str, Raw, Path, str]) -> Path | str:
    """A store of the clip's pieces in the folder of partial results, or the reason why there is none."""
    source, raw, partial, version = job
    try:
        key = hashlib.sha256(f"{version} {raw}".encode())
        for file in (raw.file, *getattr(source_module(source), "beside", lambda raw: [])(raw)):
            key.update(file.read_bytes())
        path = partial / f"{key.hexdigest()}.npz"
        try:
            read_store(path)
        except LabError:  # none yet, or damaged since
            write_store(path, _clips(source, raw), {})
        return path
    except LabError as error:
        return str(error)
    except Exception as error:  # any error of a damaged file; the other files must not fail with it
        return f"{raw.file}: {type(error).__name__}: {error}"


def _clips(source: str, raw: Raw) -> list[Clip]:
    body = _body()
    motion = settle(source_module(source).load(raw, body), body)
    joints = body.joints(motion)
    # Bandai's clips show one action each; people described the pieces that they were shown
    pieces = cut(joints, whole=bool(raw.captions) or {"content", "style"} <= raw.labels.keys())
    part = len(pieces) > 1 or raw.end is not None  # of what the labels are of
    clips = []
    for i, frames in enumerate(pieces):
        name = raw.name if len(pieces) == 1 else f"{raw.name}_{i}"
        human = (
            list(raw.captions) if len(pieces) == 1 else []
        )  # a sentence about more than this piece would be false
        described = captions.caption_motion(source, raw.labels, motion[frames], joints[frames], human, part)
        clips.append(Clip(name, motion[frames], described.captions, raw.labels | described.labels()))
    return clips


@cache
def _body() -> Body:
    return load_body()


def _version() -> str:
    """A fingerprint of what determines stored clips: this package, the motion, the body, the store."""
    files = [Path(module.__file__) for module in (labkit.motion, labkit.body, labkit.store)]
    files += sorted(Path(__file__).parent.rglob("*.py"))
    code = b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(code + _body().rest_joints.numpy().tobytes()).hexdigest()
