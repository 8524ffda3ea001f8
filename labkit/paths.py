"""Paths of the lab's data, atomic writes and locks, output that any terminal can encode, and LabError."""

import io
import os
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from labkit.errors import LabError

# What damaged or foreign files raise on the way through zipfile, zlib, numpy and json
UNREADABLE = (
    OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, zipfile.BadZipFile,
    zlib.error,
)  # fmt: skip


def data_dir() -> Path:
    """The lab's ``data`` folder: ``$LABKIT_DATA``, the installed package's own, or the clone's.

    Raises LabError where none of them exists.
    """
    if os.environ.get("LABKIT_DATA"):
        candidates = [Path(os.environ["LABKIT_DATA"])]
    else:
        here = Path(__file__).resolve().parent
        candidates = [here / "data", here.parent / "data"]
    for folder in candidates:
        if (folder / "body").is_dir():
            return folder
    raise LabError(
        f"no lab data in {' or '.join(map(str, candidates))}: clone the whole repository, "
        "or set LABKIT_DATA to its data folder"
    )


def existing_file(path: str | Path, what: str) -> Path:
    """`path` as a Path. Raises LabError naming `what` where there is no such file."""
    path = Path(path).expanduser()
    if not path.is_file():
        raise LabError(f"{what} not found: {path}")
    return path


def check_npz(path: Path) -> None:
    """Raises ValueError where `path` is no .npz archive: NumPy would advise to trust it and load a pickle."""
    if not zipfile.is_zipfile(path):
        raise ValueError("it is no .npz archive")


def check_writable(path: Path) -> None:
    """Raises LabError where `path` could not be written: better before the work than after it."""
    path = path.expanduser()
    nearest = next(folder for folder in path.absolute().parents if folder.exists())
    if path.is_dir() or not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise LabError(f"cannot write {path}: name another place with --out")


@contextmanager
def alone(folder: Path, remedy: str = "wait for its end, or name another place with --out") -> Iterator[None]:
    """Keep `folder`, which is made, to this process. Raises LabError with `remedy` where another one has it.

    The lock is the system's: it goes with the process, however that ends.
    """
    from filelock import FileLock, Timeout  # slower to import than the rest of this file

    lock = FileLock(folder / ".lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except (Timeout, FileNotFoundError):  # held, or taken away by a process that was about to end
        raise LabError(f"another process is at work in {folder}: {remedy}") from None
    except OSError as error:
        raise LabError(f"cannot write {folder}: {error.strerror}") from error
    try:
        yield
    finally:
        with suppress(OSError):  # Windows removes no file that is open
            Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


def escape_unprintable() -> None:
    """Let stdout print characters that its encoding lacks as escapes, as stderr does, instead of raising.

    A table that took minutes is then not lost to a Windows console or a pipe.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):  # a notebook's is none, and UTF-8
        sys.stdout.reconfigure(errors="backslashreplace")


@contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it becomes `path`, on failure nothing is left.

    The temporary name keeps the suffix, since writers choose a format by it. Raises LabError where the place
    cannot be written to, or a full disk stops the writing.
    """
    path = Path(path).expanduser()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(suffix=path.suffix, prefix=f".{path.stem}.", dir=path.parent)
    except OSError as error:
        raise LabError(f"cannot write {path}: {error.strerror}") from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)  # mkstemp's 0600 would hide results from a group
        os.replace(temporary, path)
    except OSError as error:
        # What is written may come from another file, which cannot be read
        other = "" if error.filename is None or str(error.filename) == name else f"{error.filename}: "
        raise LabError(f"cannot write {path}: {other}{error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)
