"""Download sources whose licence allows it, resume interrupted downloads, check every file by a manifest.

It uses the standard library: pooch checks checksums too, but restarts an interrupted download from zero.
"""

import gzip
import hashlib
import http.client
import os
import shutil
import stat
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from tqdm import tqdm

from labkit.paths import LabError, alone, atomic_write

BASE_URLS = {
    "bandai": "https://github.com/BandaiNamcoResearchInc/Bandai-Namco-Research-Motiondataset",
    "cmu": "http://mocap.cs.cmu.edu",
}
MANIFESTS = Path(__file__).parent / "manifests"
TRIES = 5
PAUSE = 1.0  # seconds before the second try, doubled with each further one
TIMEOUT = 30.0  # seconds without a byte


class Corrupt(LabError):
    """A file differs from the manifest."""


class Checksum(NamedTuple):
    """Size and SHA-256 of a text file, carriage returns left out: mirrors differ in their line ends."""

    size: int
    sha256: str


def fetch(source: str, folder: str | Path, base_url: str | None = None) -> Path:
    """Download `source` ("bandai" or "cmu") into `folder`, as its owner lays it out; return the folder.

    Files that are there and whole are not fetched again. `base_url` names a mirror. Raises LabError where
    the source cannot be fetched, the network fails, the disk is full or a file is not the manifest's.
    """
    if source not in BASE_URLS:
        raise LabError(
            f"'{source}' cannot be fetched, only {' and '.join(BASE_URLS)}: get it from its owner, "
            f"then run 'python -m labkit_data prepare --source {source} FOLDER'"
        )
    base_url, folder = (base_url or BASE_URLS[source]).rstrip("/"), Path(folder).expanduser()
    if not _is_web_address(base_url):
        raise LabError(f"not a web address: {base_url}: begin it with http:// or https:// and a host's name")
    with alone(folder):
        _fetch(source, folder, base_url)
    return folder


def _fetch(source: str, folder: Path, base_url: str) -> None:
    """The same, with the folder to itself."""
    manifest = read_manifest(MANIFESTS / f"{source}.txt.gz")
    wanted = {
        path: checksum
        for path, checksum in tqdm(manifest.items(), "looking for what is there", leave=False)
        if not (folder / path).is_file() or checksum_of(folder / path) != checksum
    }
    if source == "bandai" and wanted:  # one archive is less load for the server than 6,000 requests
        archive = folder / "bandai.zip"
        if not archive.exists():
            download(f"{base_url}/archive/refs/heads/master.zip", archive)
        try:
            others = extract(archive, folder, wanted)
        except Corrupt:
            archive.unlink()
            raise
        archive.unlink()
        print(f"{source}: {len(wanted)} files, {others} others in the archive left out")
    else:
        for path, checksum in tqdm(wanted.items(), source, unit="file", disable=not wanted):
            download(f"{base_url}/{path}", folder / path, checksum)


def _is_web_address(text: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def download(url: str, path: Path, checksum: Checksum | None = None) -> None:
    """Download `url` to `path`, resuming from ``path.part`` where an earlier call was interrupted.

    After a network error the request is repeated, `TRIES` times in all. Raises Corrupt where the file does
    not match its `checksum` (size and SHA-256).
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.touch()
    except OSError as error:
        raise LabError(f"cannot write {part}: {error.strerror}") from error
    for attempt in range(TRIES):
        try:
            _receive(url, part)
            break
        except (OSError, http.client.HTTPException) as error:  # URLError and timeouts are OSErrors
            code = getattr(error, "code", 500)
            if code < 500 and code not in (408, 416, 429):  # a second request has the same result
                if not part.stat().st_size:
                    part.unlink()
                raise LabError(f"{url} answers {error}: see whether the address has moved") from error
            if attempt == TRIES - 1:
                raise LabError(
                    f"cannot fetch {url} ({getattr(error, 'reason', error)}): solve this and fetch again, "
                    f"{part} is kept, so that the download resumes"
                ) from error
        time.sleep(PAUSE * 2**attempt)
    if checksum is not None and checksum_of(part) != checksum:
        part.unlink()
        raise Corrupt(f"corrupt download of {url}: it has been deleted, fetch again")
    os.replace(part, path)


def _receive(url: str, part: Path) -> None:
    """One request for the rest of `part`. Raises OSError or HTTPException where less than the rest came."""
    have = part.stat().st_size
    headers = {"User-Agent": "labkit"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # no bytes after `have`: the file is complete, or it is another one
            if error.headers.get("Content-Range") == f"bytes */{have}":
                return
            part.write_bytes(b"")
        raise
    with response:
        if response.status != 206:  # a server without Range sends everything again
            have = 0
        elif not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            part.write_bytes(b"")
            raise ConnectionError("the server sent another range than the one asked for")
        length = response.headers.get("Content-Length")
        total = None if length is None else have + int(length)
        bar = tqdm(desc=part.stem, total=total, initial=have, unit="B", unit_scale=True, leave=False)
        with open(part, "ab" if have else "wb") as file, bar:
            while chunk := response.read(1 << 16):
                file.write(chunk)
                bar.update(len(chunk))
    if total is not None and part.stat().st_size != total:
        raise ConnectionError(f"the connection broke after {part.stat().st_size} of {total} bytes")


def extract(archive: Path, folder: Path, wanted: dict[str, Checksum]) -> int:
    """Extract the `wanted` files from below a zip's one top folder; return how many others it holds.

    Raises Corrupt, before anything is written, where a member's path or kind could reach outside `folder`,
    and where a wanted file is missing or does not match its checksum.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            members = {}
            for info in file.infolist():
                name, kind = PurePosixPath(info.filename), stat.S_IFMT(info.external_attr >> 16)
                if (
                    name.is_absolute()
                    or ".." in name.parts
                    or any(c in info.filename for c in "\\:")
                    or kind not in (0, stat.S_IFREG, stat.S_IFDIR)  # links and devices
                ):
                    raise Corrupt(f"unsafe member {info.filename!r} in {archive}: deleted, fetch again")
                if not info.is_dir():
                    members["/".join(name.parts[1:])] = info
            missing = sorted(wanted.keys() - members.keys())
            if missing:
                raise Corrupt(
                    f"{archive} lacks {missing[0]} and {len(missing) - 1} more: deleted, fetch again"
                )
            for path, checksum in tqdm(wanted.items(), "extracting", unit="file"):
                # zipfile never unpacks more than a member declares, so this also stops a zip bomb
                whole = members[path].file_size <= 2 * checksum.size
                with atomic_write(folder / path) as temporary:
                    if whole:
                        with file.open(members[path]) as packed, open(temporary, "wb") as target:
                            shutil.copyfileobj(packed, target)
                    if not whole or checksum_of(temporary) != checksum:
                        raise Corrupt(f"corrupt download of {path} in {archive}: deleted, fetch again")
            return len(members) - len(wanted)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise Corrupt(f"corrupt download {archive} ({error}): deleted, fetch again") from error
    except OSError as error:
        raise LabError(
            f"cannot extract {archive} to {folder} ({error.strerror}): solve this and fetch again"
        ) from error


def checksum_of(path: Path) -> Checksum:
    """The size and digest of a file."""
    digest, size = hashlib.sha256(), 0
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            chunk = chunk.replace(b"\r", b"")
            digest.update(chunk)
            size += len(chunk)
    return Checksum(size, digest.hexdigest())


def write_manifest(folder: Path, path: Path) -> None:
    """Write the checksums of the files under `folder`, laid out as the owner's tree, to the manifest `path`.

    READMEs are left out, since owners edit them. The manifests beside this file are made by

        write_manifest(Path("Bandai-Namco-Research-Motiondataset"), MANIFESTS / "bandai.txt.gz")
        write_manifest(Path("cmu/asfamc"), MANIFESTS / "cmu.txt.gz")
    """
    files = sorted(f for f in folder.rglob("*") if f.is_file() and not f.name.startswith("README"))
    lines = (
        f"{s.sha256} {s.size} {f.relative_to(folder).as_posix()}\n" for f in files for s in [checksum_of(f)]
    )
    with atomic_write(path) as temporary:
        temporary.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))


def read_manifest(path: Path) -> dict[str, Checksum]:
    """What :func:`write_manifest` wrote: path → checksum."""
    rows = [line.split(" ", 2) for line in gzip.decompress(path.read_bytes()).decode().splitlines()]
    return {name: Checksum(int(size), digest) for digest, size, name in rows}
