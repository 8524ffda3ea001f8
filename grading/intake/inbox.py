"""The files that came in, in folders and in zip files, read without believing any of them.

A zip file counts as a folder. Nothing is ever unpacked to disk: what is wanted of it is read into memory,
under limits, so that a path that leads outside, a link or a bomb has nothing to work on. Links, pipes and
devices are named, and neither followed nor opened.
"""

import io
import os
import stat
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from grading.intake.repair import LIMIT, Refused
from labkit.paths import UNREADABLE

NESTED = 256 * 2**20  # bytes of a zip file inside a zip file
RATIO = 50  # times that it may grow when it is unpacked; it is packed itself, and hardly grows
DIRECTORY = 4 * 2**20  # bytes of a zip file's table of contents: some 40 000 names
DEPTH = 20  # folders in folders
NAME = 500  # characters of a path inside a zip file
JUNK = ("._", ".DS_Store", "__MACOSX", "Thumbs.db", "desktop.ini")
ARCHIVES = (".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz", ".zipx")


@dataclass(frozen=True)
class Entry:
    """One file. problem: why it cannot be read; aside: is that worth a word only where nothing else came?"""

    parts: tuple[str, ...]  # names of folders and zip files, and its own
    changed: float  # seconds since 1970; for files in zip files, what the student's computer said
    read: Callable[[], bytes] | None = None
    problem: str = ""
    aside: bool = False


def refuse(parts: tuple[str, ...], problem: str, aside: bool = False) -> Entry:
    return Entry(parts, 0, None, problem, aside)


def shown(parts: tuple[str, ...]) -> str:
    """A path for people: nothing in it that a terminal would obey, or that could not be written."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in "/".join(parts))


class Inbox:
    """All files below a folder, or in one zip file."""

    def __init__(self, folder: Path):
        self.root = folder.parent if folder.is_file() else folder
        self.only = folder.name if folder.is_file() else None
        self.archive = lru_cache(2)(self._archive)  # the outer one and the inner one

    def entries(self) -> Iterator[Entry]:
        yield from self._file((self.only,)) if self.only else self._folder(())

    def _folder(self, parts: tuple[str, ...]) -> Iterator[Entry]:
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

    def _file(self, parts: tuple[str, ...]) -> Iterator[Entry]:
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
            yield from self._kind(parts, changed, lambda: read_file(path), (path,))

    def _kind(self, parts, changed: float, read: Callable[[], bytes], chain: tuple) -> Iterator[Entry]:
        """A notebook, a zip file's contents, or what is neither."""
        suffix = PurePosixPath(parts[-1]).suffix.lower()
        if any(part.startswith(".") for part in parts):
            yield refuse(parts, "hidden, and left alone", aside=True)
        elif suffix == ".ipynb":
            yield Entry(parts, changed, read)
        elif suffix == ".zip":
            yield from self._zip(parts, chain)
        elif suffix in ARCHIVES:
            yield refuse(parts, "an archive, but no zip file: unpack it, or ask for the notebook itself")
        else:
            yield Entry(parts, changed, read, "not a notebook", aside=True)

    def _zip(self, parts: tuple[str, ...], chain: tuple) -> Iterator[Entry]:
        """chain: the zip file's path, and the number of the zip file inside it."""
        if len(chain) > 2:
            yield refuse(parts, "a zip file in a zip file in a zip file: ask for the notebook itself")
            return
        try:
            archive = self.archive(chain)
            members = archive.infolist()
            if sum(member.compress_size for member in members) > archive.fp.seek(0, os.SEEK_END):
                raise Refused("files in it overlap: ask for it again")
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
                yield from self._kind(path, stamp(member), lambda link=link: self._member(link, LIMIT), link)

    def _archive(self, chain: tuple) -> zipfile.ZipFile:
        try:
            if len(chain) == 1:
                return careful(open_file(chain[0]))
            member = self.archive(chain[:-1]).infolist()[chain[-1]]
            limit = min(NESTED, RATIO * member.compress_size + 2**20)
            return careful(io.BytesIO(self._member(chain, limit)))
        except UNREADABLE:
            raise Refused("not a zip file, or damaged: ask for it again") from None

    def _member(self, chain: tuple, limit: int) -> bytes:
        """One file of a zip file, and no more of it than the limit, whatever size it says it has."""
        archive = self.archive(chain[:-1])
        try:
            with archive.open(archive.infolist()[chain[-1]]) as file:
                data = bytearray()
                while len(data) <= limit and (part := file.read(2**20)):
                    data += part
        except UNREADABLE:
            raise Refused("damaged inside its zip file: ask for it again") from None
        if len(data) > limit:
            raise Refused(f"larger than {limit >> 20} MB: ask for it again without outputs")
        return bytes(data)


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
    """Open what is a plain file at this very moment. Raises OSError for all else."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(0, "not a plain file")
    return os.fdopen(handle, "rb")


def read_file(path: Path) -> bytes:
    """Raises Refused where the file is too large to look at, or not readable."""
    try:
        with open_file(path) as file:
            if os.fstat(file.fileno()).st_size > LIMIT:
                raise Refused(f"larger than {LIMIT >> 20} MB: ask for it again without outputs")
            return file.read(LIMIT + 1)
    except OSError as error:
        raise Refused(f"cannot be read: {error.strerror}") from None
