"""The files that were handed in, in folders and in zip files. None of them is trusted.

A zip file counts as a folder. Nothing is unpacked to disk: what is needed of it is read into memory, under
limits, so that paths out of the folder, links and zip bombs have no effect. Links, pipes and devices are
reported, and neither followed nor opened.
"""

import io
import os
import re
import stat
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from grading.intake.repair import LIMIT, SMALLER
from grading.intake.strip import Refused, without_outputs
from labkit.paths import UNREADABLE

FILE = 512 * 2**20  # bytes of a notebook with its outputs, which are left out while it is read
NESTED = 256 * 2**20  # bytes of a zip file inside a zip file
RATIO = 50  # largest ratio of unpacked to packed size; a zip file inside is compressed already
DIRECTORY = 4 * 2**20  # bytes of a zip file's table of contents: some 40 000 names
NAMES = 100_000  # files in all zip files of one student together, those inside of others included
MORE = f"more than {NAMES} files in zip files: ask for the notebook itself"
DEPTH = 20  # folders in folders
NAME = 500  # characters of a path inside a zip file
JUNK = ("._", ".DS_Store", "__MACOSX", "Thumbs.db", "desktop.ini")
NOTEBOOK = re.compile(r"\.ipynb(\.(txt|json))?", re.IGNORECASE)  # browsers add an ending of their own
ARCHIVES = (".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz", ".zipx")


@dataclass(frozen=True)
class Received:
    """One file. problem: why it cannot be read. aside: reported only where the student sent nothing else."""

    parts: tuple[str, ...]  # names of folders and zip files, and its own
    changed: float  # seconds since 1970; in zip files, by the clock of the student's computer
    read: Callable[[], bytes] | None = None
    problem: str = ""
    aside: bool = False


def refuse(parts: tuple[str, ...], problem: str, aside: bool = False) -> Received:
    return Received(parts, 0, None, problem, aside)


def shown(parts: tuple[str, ...]) -> str:
    """A path for display: without control characters and what cannot be encoded."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in "/".join(parts))


class Inbox:
    """All files below a folder, or in one zip file."""

    def __init__(self, folder: Path):
        self.root = folder.parent if folder.is_file() else folder
        self.only = folder.name if folder.is_file() else None
        self.archive = lru_cache(2)(self._archive)  # the outer one and the inner one
        self.names: Counter[tuple[str, ...]] = Counter()  # files in zip files, by student

    def entries(self) -> Iterator[Received]:
        yield from self._file((self.only,)) if self.only else self._folder(())

    def _folder(self, parts: tuple[str, ...]) -> Iterator[Received]:
        try:
            names = sorted(os.listdir(self.root.joinpath(*parts)))
        except OSError as error:
            yield refuse((*parts, ""), f"cannot be read: {error.strerror}")
            return
        if not names and parts:
            yield refuse((*parts, ""), "an empty folder", aside=True)
        for name in names:
            if not name.startswith(JUNK):
                yield from self._file((*parts, name))

    def _file(self, parts: tuple[str, ...]) -> Iterator[Received]:
        path = self.root.joinpath(*parts)
        try:
            mode = path.lstat().st_mode
        except OSError as error:
            yield refuse(parts, f"cannot be read: {error.strerror}")
            return
        if stat.S_ISDIR(mode):
            if len(parts) > DEPTH:
                yield refuse(parts, f"more than {DEPTH} folders in each other")
            else:
                yield from self._folder(parts)
        elif stat.S_ISLNK(mode):
            yield refuse(parts, "a link, which is not followed")
        elif not stat.S_ISREG(mode):
            yield refuse(parts, "not a plain file, and not opened")
        else:
            changed = path.lstat().st_mtime
            yield from self._kind(parts, changed, lambda: file_parts(path), (path,))

    def _kind(self, parts, changed: float, read: Callable[[], Iterable], chain: tuple) -> Iterator[Received]:
        """The entries of one file: a notebook, the contents of a zip file, or a refusal of anything else."""
        suffix = PurePosixPath(parts[-1]).suffix.lower()
        if any(part.startswith(".") for part in parts):
            yield refuse(parts, "a hidden file, not read", aside=True)
        elif NOTEBOOK.fullmatch("".join(PurePosixPath(parts[-1]).suffixes[-2:])) or suffix == ".ipynb":
            yield Received(parts, changed, lambda: stripped(read()))
        elif suffix == ".zip":
            yield from self._zip(parts, chain)
        elif suffix in ARCHIVES:
            yield refuse(parts, "an archive, but no zip file: unpack it, or ask for the notebook itself")
        else:
            yield Received(
                parts, changed, lambda: b"".join(limited(read(), LIMIT)), "not a notebook", aside=True
            )

    def _zip(self, parts: tuple[str, ...], chain: tuple) -> Iterator[Received]:
        """chain: the zip file's path, and the number of the zip file inside it."""
        if len(chain) > 2:
            yield refuse(parts, "a zip file in a zip file in a zip file: ask for the notebook itself")
            return
        whose = parts[: 2 if self.only else 1]
        try:
            if self.names[whose] > NAMES:
                raise Refused(MORE)
            archive = self.archive(chain)
            members = archive.infolist()
            if sum(member.compress_size for member in members) > archive.fp.seek(0, os.SEEK_END):
                raise Refused("files in it overlap: ask for it again")
            self.names[whose] += len(members)
            if self.names[whose] > NAMES:
                raise Refused(MORE)
        except Refused as error:
            yield refuse(parts, str(error))
            return
        if not members:
            yield refuse(parts, "an empty zip file")
        for number, member in enumerate(members):
            inside = PurePosixPath(member.filename.replace("\\", "/"))
            if member.is_dir() or any(part.startswith(JUNK) for part in inside.parts):
                continue
            path = (*parts, *inside.parts)
            if problem := strange(member, inside):
                yield refuse((*parts, member.filename[:NAME]), problem)
            else:
                link = (*chain, number)
                yield from self._kind(path, stamp(member), lambda link=link: self._member(link), link)

    def _archive(self, chain: tuple) -> zipfile.ZipFile:
        try:
            if len(chain) == 1:
                return careful(open_file(chain[0]))
            member = self.archive(chain[:-1]).infolist()[chain[-1]]
            limit = min(NESTED, RATIO * member.compress_size + 2**20)
            return careful(io.BytesIO(b"".join(limited(self._member(chain), limit))))
        except UNREADABLE:
            raise Refused("not a zip file, or damaged: ask for it again") from None

    def _member(self, chain: tuple) -> Iterator[bytes]:
        """One file of a zip file, in parts, with no more data than it may have, whatever size it claims."""
        archive = self.archive(chain[:-1])
        member = archive.infolist()[chain[-1]]
        try:
            with archive.open(member) as file:
                limit = max(LIMIT, RATIO * member.compress_size)
                yield from limited(iter(lambda: file.read(2**20), b""), limit)
        except UNREADABLE:
            raise Refused("damaged inside its zip file: ask for it again") from None


def limited(
    parts: Iterable[bytes], limit: int, advice: str = "ask for it again without outputs"
) -> Iterator[bytes]:
    """Raises Refused where all parts together are too large."""
    size = 0
    for part in parts:
        size += len(part)
        if size > limit:
            raise Refused(f"larger than {limit >> 20} MB: {advice}")
        yield part


def stripped(parts: Iterable[bytes]) -> bytes:
    """A notebook without its outputs, which do not count for the limit on what is kept of it."""
    return b"".join(limited(without_outputs(limited(parts, FILE)), LIMIT, SMALLER))


class Careful:
    """A file for zipfile, which would read a table of contents of any size at once."""

    def __init__(self, file: BinaryIO):
        self.file = file

    def __getattr__(self, name: str):
        return getattr(self.file, name)

    def read(self, size: int = -1) -> bytes:
        if size > DIRECTORY:
            raise zipfile.BadZipFile("too many names in it")
        return self.file.read(size)


def careful(file: BinaryIO) -> zipfile.ZipFile:
    """A zip file that is read through `Careful`."""
    source: Any = Careful(file)
    return zipfile.ZipFile(source)


def strange(member: zipfile.ZipInfo, inside: PurePosixPath) -> str:
    """What is wrong with a file in a zip file, before it is opened."""
    if len(member.filename) > NAME or len(inside.parts) > DEPTH or not inside.parts:
        return "its path is too long"
    if inside.is_absolute() or ".." in inside.parts or ":" in inside.parts[0]:
        return "its path leads out of the zip file"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "a link, which is not followed"
    if member.flag_bits & 1:
        return "encrypted: ask for it without a password"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "packed in an unusual way: ask for an ordinary zip file"
    return ""


def stamp(member: zipfile.ZipInfo) -> float:
    try:
        return time.mktime((*member.date_time, 0, 0, -1))
    except (OverflowError, ValueError):
        return 0


def open_file(path: Path) -> BinaryIO:
    """Open a regular file, checked after opening. Raises OSError for anything else."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(0, "not a plain file")
    return os.fdopen(handle, "rb")


def file_parts(path: Path) -> Iterator[bytes]:
    """Raises Refused where the file is too large, or not readable."""
    try:
        with open_file(path) as file:
            if os.fstat(file.fileno()).st_size > FILE:
                raise Refused(f"larger than {FILE >> 20} MB: ask for it again without outputs")
            yield from iter(lambda: file.read(2**20), b"")
    except OSError as error:
        raise Refused(f"cannot be read: {error.strerror}") from None
