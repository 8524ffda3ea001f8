"""Downloads against a real server on loopback, and malicious archives."""

import http.server
import re
import stat
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest

from labkit.paths import LabError
from labkit_data import fetch
from labkit_data.fetch import Corrupt, checksum_of, download, extract, read_manifest, write_manifest

SHARED = Path(__file__).parents[3] / "shared" / "data"
BODY = np.random.default_rng(0).bytes(300_000).replace(b"\r", b"")


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves ``server.files`` and writes down what was asked for.

    The server's switches: `ranges` to honour Range; `break_after`, a list of how many bytes to send before
    hanging up, one for each request; `statuses`, a list of errors to answer first; `lengths` to tell how
    much there is.
    """

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        s, body = self.server, self.server.files.get(self.path)
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(asked[1]) if asked else 0
        s.requests.append((self.path, start))
        if s.statuses or body is None:
            return self.send_error(s.statuses.pop(0) if s.statuses else 404)
        if asked and s.ranges and start >= len(body):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(body)}")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if asked and s.ranges:
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
            body = body[start:]
        else:
            self.send_response(200)
        if s.lengths:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if s.break_after:
            body = body[: s.break_after.pop(0)]
            self.close_connection = True
        s.sent += len(body)  # counted first: the client may look as soon as it has the last byte
        self.wfile.write(body)
        self.close_connection |= not s.lengths

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(fetch, "PAUSE", 0.0)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as s:
        s.files, s.requests, s.statuses, s.break_after = {"/a": BODY}, [], [], []
        s.ranges, s.lengths, s.sent = True, True, 0
        s.url = f"http://127.0.0.1:{s.server_port}"
        threading.Thread(target=s.serve_forever, args=(0.01,), daemon=True).start()
        yield s
        s.shutdown()


def files_in(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_plain(server, tmp_path):
    download(server.url + "/a", tmp_path / "deep" / "a")
    assert (tmp_path / "deep" / "a").read_bytes() == BODY
    assert files_in(tmp_path) == ["deep/a"]


def test_resumes_within_a_call(server, tmp_path):
    server.break_after = [100_000, 50_000]
    download(server.url + "/a", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY
    assert server.requests == [("/a", 0), ("/a", 100_000), ("/a", 150_000)]
    assert server.sent == len(BODY)  # no byte twice


def test_resumes_from_an_earlier_call(server, tmp_path):
    (tmp_path / "a.part").write_bytes(BODY[:200_000])
    download(server.url + "/a", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY
    assert (server.requests, server.sent) == ([("/a", 200_000)], len(BODY) - 200_000)


def test_finds_a_part_that_is_already_whole(server, tmp_path):
    (tmp_path / "a.part").write_bytes(BODY)
    download(server.url + "/a", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY
    assert server.sent == 0


def test_part_of_another_longer_file(server, tmp_path):
    (tmp_path / "a.part").write_bytes(bytes(len(BODY) + 9))
    download(server.url + "/a", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY


def test_server_without_range_starts_again(server, tmp_path):
    server.ranges, server.break_after = False, [100_000]
    download(server.url + "/a", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY
    assert server.requests == [("/a", 0), ("/a", 100_000)]


def test_server_that_tells_no_length(server, tmp_path):
    server.lengths = False
    download(server.url + "/a", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == BODY


def test_gives_up_but_keeps_the_part(server, tmp_path):
    server.break_after = [1000] * fetch.TRIES
    with pytest.raises(LabError, match=r"broke after 5000 of \d+ bytes.*a\.part is kept"):
        download(server.url + "/a", tmp_path / "a")
    assert files_in(tmp_path) == ["a.part"]
    download(server.url + "/a", tmp_path / "a")
    assert server.requests[-1] == ("/a", 5000)
    assert (tmp_path / "a").read_bytes() == BODY


def test_busy_server_is_asked_again_but_a_missing_file_is_not(server, tmp_path):
    server.statuses = [503, 429, 500]
    download(server.url + "/a", tmp_path / "a")
    assert len(server.requests) == 4
    with pytest.raises(LabError, match="/b answers HTTP Error 404.*moved"):
        download(server.url + "/b", tmp_path / "b")
    assert len(server.requests) == 5
    assert files_in(tmp_path) == ["a"]


def test_silent_server(server, tmp_path, monkeypatch):
    monkeypatch.setattr(fetch, "TIMEOUT", 0.05)
    monkeypatch.setattr(fetch, "TRIES", 2)
    server.break_after, release = [10, 10], threading.Event()
    monkeypatch.setattr(Handler, "finish", lambda self: release.wait(5))
    with pytest.raises(LabError, match="timed out"):
        download(server.url + "/a", tmp_path / "a")
    release.set()


def test_no_network_is_one_line(server, tmp_path):
    server.shutdown()
    server.server_close()
    with pytest.raises(LabError) as caught:
        download(server.url + "/a", tmp_path / "a")
    assert "refused" in str(caught.value) and "\n" not in str(caught.value)


def test_wrong_bytes_leave_nothing(server, tmp_path):
    good = tmp_path / "good"
    good.write_bytes(BODY)
    checksum = checksum_of(good)
    for wrong in (BODY[:-1] + bytes([BODY[-1] ^ 1]), BODY[:-1]):  # one bit, and one byte short
        server.files["/a"] = wrong
        with pytest.raises(Corrupt, match="corrupt download of .*fetch again"):
            download(server.url + "/a", tmp_path / "a", checksum)
        assert files_in(tmp_path) == ["good"]
    server.files["/a"] = BODY
    download(server.url + "/a", tmp_path / "a", checksum)


def test_unwritable_folder(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LabError, match="cannot write"):
        download(server.url + "/a", tmp_path / "file" / "a")
    assert not server.requests


# -- whole sources ---------------------------------------------------------------------------------------

TREE = {
    "dataset/one/data/x_walk.bvh": b"HIERARCHY\r\nROOT Hips\r\n",
    "dataset/one/data/x_walk.json": b'{"style": "proud"}',
    "dataset/one/LICENSE": b"CC BY-NC 4.0\n" * 5000,
}


def archive_of(path, tree, top="Dataset-master/"):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in tree.items():
            file.writestr(name if isinstance(name, zipfile.ZipInfo) else top + name, content)
    return path


@pytest.fixture
def source(server, tmp_path, monkeypatch):
    """TREE as the upstream of both sources; yields the folder to fetch into."""
    tree, manifests = tmp_path / "tree", tmp_path / "manifests"
    for name, content in TREE.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(content)
        server.files["/" + name] = content
    (tree / "README.md").write_text("not sealed")
    for name in ("bandai", "cmu"):
        write_manifest(tree, manifests / f"{name}.txt.gz")
    monkeypatch.setattr(fetch, "MANIFESTS", manifests)
    extra = {"README.md": b"hello", "utils/tool.py": b"pass", "dataset/": b""}
    archive = archive_of(tmp_path / "up.zip", TREE | extra)
    server.files["/archive/refs/heads/master.zip"] = archive.read_bytes()
    return tmp_path / "fetched"


@pytest.mark.parametrize("name", ["bandai", "cmu"])
def test_source_is_fetched_once(server, source, name, capsys):
    assert fetch.fetch(name, source, server.url) == source
    assert {p: (source / p).read_bytes() for p in files_in(source)} == TREE
    if name == "bandai":
        assert "3 files, 2 others" in capsys.readouterr().out
    count = len(server.requests)
    fetch.fetch(name, source, server.url)
    assert len(server.requests) == count


@pytest.mark.parametrize("name", ["bandai", "cmu"])
def test_only_what_is_missing_or_broken_comes_again(server, source, name):
    fetch.fetch(name, source, server.url)
    server.requests.clear()
    broken = source / "dataset/one/data/x_walk.bvh"
    broken.write_bytes(b"HIERARCHY\nROOT Hip")
    untouched = (source / "dataset/one/LICENSE").stat().st_mtime_ns
    fetch.fetch(name, source, server.url)
    assert broken.read_bytes() == TREE["dataset/one/data/x_walk.bvh"]
    assert (source / "dataset/one/LICENSE").stat().st_mtime_ns == untouched
    assert len(server.requests) == 1


def test_line_ends_of_a_mirror_do_not_matter(server, source):
    server.files = {k: v.replace(b"\r\n", b"\n") for k, v in server.files.items()}
    fetch.fetch("cmu", source, server.url)
    assert (source / "dataset/one/data/x_walk.bvh").read_bytes() == b"HIERARCHY\nROOT Hips\n"


def test_truncated_archive_is_deleted(server, source):
    path = "/archive/refs/heads/master.zip"
    whole, server.files[path] = server.files[path], server.files[path][:-50]
    with pytest.raises(Corrupt, match="corrupt download"):
        fetch.fetch("bandai", source, server.url)
    assert files_in(source) == []
    server.files[path] = whole
    fetch.fetch("bandai", source, server.url)
    assert len(files_in(source)) == len(TREE)


def test_unknown_source_and_address(tmp_path):
    with pytest.raises(LabError, match="'humanml3d' cannot be fetched, only bandai and cmu"):
        fetch.fetch("humanml3d", tmp_path)
    for address in ("file:///etc", "http://", "http://[x"):
        with pytest.raises(LabError, match="not a web address"):
            fetch.fetch("cmu", tmp_path, address)
    assert not list(tmp_path.iterdir())


# -- malicious archives ----------------------------------------------------------------------------------


def link(name):
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    "member",
    [
        "top/../../escaped",
        "../escaped",
        "/escaped",
        "..\\escaped",
        "C:\\escaped",
        "C:/escaped",
        link("top/ok"),
    ],
    ids=str,
)
def test_unsafe_members_are_refused(tmp_path, member):
    folder = tmp_path / "in" / "side"
    folder.mkdir(parents=True)
    (tmp_path / "ok").write_bytes(b"ok")
    wanted = {"ok": checksum_of(tmp_path / "ok")}
    bad = archive_of(tmp_path / "bad.zip", {"top/in": b"ok", member: b"/etc/passwd"}, top="")
    before = files_in(tmp_path)
    with pytest.raises(Corrupt, match="unsafe member"):
        extract(bad, folder, wanted)
    assert files_in(tmp_path) == before
    assert extract(archive_of(tmp_path / "good.zip", {"ok": b"ok"}), folder, wanted) == 0
    assert (folder / "ok").read_bytes() == b"ok"


def test_bombs_are_not_unpacked(tmp_path):
    (tmp_path / "ok").write_bytes(b"0" * 100)
    wanted = {"ok": checksum_of(tmp_path / "ok")}
    bomb = archive_of(tmp_path / "bomb.zip", {"ok": bytes(50_000_000)})
    lying = tmp_path / "lying.zip"  # declares 100 bytes in its central directory, holds 50 million
    raw = bomb.read_bytes()
    central = raw.index(b"PK\x01\x02")
    size = (100).to_bytes(4, "little")
    lying.write_bytes(raw[: central + 24] + size + raw[central + 28 :])
    largest = []
    real = fetch.shutil.copyfileobj
    with pytest.MonkeyPatch.context() as patch:

        def copy(packed, target):
            real(packed, target)
            largest.append(target.tell())

        patch.setattr(fetch.shutil, "copyfileobj", copy)
        for archive in (bomb, lying):
            with pytest.raises(Corrupt, match="corrupt download"):
                extract(archive, tmp_path / "out", wanted)
    assert all(n <= 100 for n in largest)
    assert files_in(tmp_path / "out") == []


def test_missing_member(tmp_path):
    (tmp_path / "ok").write_bytes(b"ok")
    checksum = checksum_of(tmp_path / "ok")
    archive = archive_of(tmp_path / "a.zip", {"ok": b"ok"})
    with pytest.raises(Corrupt, match="lacks other"):
        extract(archive, tmp_path / "out", {"ok": checksum, "other": checksum})


# -- the committed manifests -----------------------------------------------------------------------------


def test_manifests_name_what_the_sources_hold():
    bandai, cmu = (read_manifest(fetch.MANIFESTS / f"{name}.txt.gz") for name in ("bandai", "cmu"))
    kinds = [Path(p).suffix for p in bandai]
    assert kinds.count(".bvh") == 3076
    clips = {Path(p).stem for p in bandai if p.endswith(".bvh")}
    labels = {Path(p).stem for p in bandai if p.endswith(".json")}
    assert labels - clips == {"dataset-1_dance-long_normal_001"} and clips <= labels
    assert all(re.fullmatch(r"subjects/(\d\d)/\1(\.asf|_\d\d\.amc)", p) for p in cmu)
    assert sum(p.endswith(".amc") for p in cmu) == 60


@pytest.mark.skipif(not (SHARED / "cmu.tar.xz").exists(), reason="needs ../shared/data/cmu.tar.xz")
def test_manifest_fits_the_real_files(tmp_path):
    import tarfile

    cmu = read_manifest(fetch.MANIFESTS / "cmu.txt.gz")
    with tarfile.open(SHARED / "cmu.tar.xz") as tar:
        for member in tar:
            path = member.name.partition("asfamc/")[2]
            if path in cmu and path.startswith("subjects/01"):
                tar.extract(member, tmp_path, filter="data")
                assert checksum_of(tmp_path / member.name) == cmu.pop(path)
            elif path.startswith("subjects/16"):
                break
    assert not any(p.startswith("subjects/01") for p in cmu)


def test_two_into_one_folder(server, tmp_path, held):
    with held(tmp_path), pytest.raises(LabError, match="another process is at work in"):
        fetch.fetch("cmu", tmp_path, server.url)
    assert not server.requests
