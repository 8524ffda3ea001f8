"""autograder.zip in a container laid out as Gradescope's: submissions of the zoo in the weaker sandbox."""

import errno
import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from test_seccomp import outcome
from test_zoo import CANARY, EXERCISES, NAME, ZOO, Animal, hand_in

from grading import cli
from grading.build import notebooks
from grading.course import Course
from grading.gradescope.package import package
from grading.sandbox import seccomp
from labkit.paths import LabError

# Docker's for root, those that matter here; bubblewrap would need CAP_SYS_ADMIN
CAPABILITIES = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_RAW", "SETGID", "SETPCAP", "SETUID")
SEED = 47110815081547
SOURCE = "/autograder/source"


@pytest.fixture(scope="module")
def autograder(tmp_path_factory) -> Path:
    """autograder.zip of notebook 03."""
    folder = tmp_path_factory.mktemp("package")
    (folder / "course").mkdir()
    (folder / "course" / "hidden_seed.txt").write_text(f"{SEED}\n")
    out = folder / "autograder.zip"
    assert package(Course(folder / "course"), "03", out) == NAME
    return out


def test_the_package_has_what_gradescope_calls_and_the_grader_needs(autograder):
    with zipfile.ZipFile(autograder) as archive:
        names = archive.namelist()
        for script in ("setup.sh", "run_autograder"):
            assert archive.getinfo(script).external_attr >> 16 & stat.S_IXUSR
            assert archive.read(script).startswith(b"#!/usr/bin/env bash\n")
        assert archive.read("run/hidden_seed.txt") == f"{SEED}\n".encode()
        released = archive.read(f"run/release/{NAME}/{NAME}.ipynb").decode()
        assert "raise NotImplementedError" in released and "BEGIN SOLUTION" not in released
        assert "nbgrader==" in archive.read("requirements.txt").decode()
    assert "course/solutions/reference/ddpm.py" in names and "course/data/body/open_body.npz" in names
    others = ("course/grading/zoo", "course/tests", "course/.git")
    assert not [name for name in names if name.startswith(others)]
    assert autograder.stat().st_size < 100 * 2**20


def test_a_notebook_that_is_not_there(tmp_path, capsys):
    command = ["package", "gradescope", "--notebook", "9", "--out", f"{tmp_path}/x.zip"]
    assert cli.main([*command, "--course", str(tmp_path)]) == 1
    assert "choose one of 01_dataset" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("machine", seccomp.CALLS)
def test_the_weaker_filter_leaves_unix_sockets_only(machine):
    number, program = seccomp.CALLS[machine]["socket"], seccomp.program(machine, (seccomp.UNIX,))
    found = {family: outcome(machine, number, family, program=program) for family in range(64)}
    assert found.pop(seccomp.UNIX) == 0 and set(found.values()) == {errno.EAFNOSUPPORT}


def test_it_is_refused_where_it_cannot_protect(monkeypatch):
    from grading.sandbox.weaker import WeakerSandbox

    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(LabError, match="as root"):
        WeakerSandbox().check()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(seccomp, "program", lambda **_: b"")
    with pytest.raises(LabError, match="no filter"):
        WeakerSandbox().check()


# ------------------------------------------------------------------------------------------------------------
#                                                 In the container
# ------------------------------------------------------------------------------------------------------------


class Container:
    """This machine's /usr and /etc, /autograder as Gradescope lays it out, and this Python as its venv.

    Root has the capabilities that Docker gives; other processes and this machine's network can be seen.
    """

    def __init__(self, folder: Path, autograder: Path):
        self.folder = folder
        shutil.unpack_archive(autograder, folder / "source")
        for script in ("setup.sh", "run_autograder"):
            (folder / "source" / script).chmod(0o755)
        shutil.copy(folder / "source" / "run_autograder", folder)
        (folder / "venv").mkdir()
        self.run("bash", f"{SOURCE}/setup.sh")

    def run(self, *command: str) -> subprocess.CompletedProcess:
        bound = ["--ro-bind", "/usr", "/usr", "--ro-bind", "/etc", "/etc", "--ro-bind", "/sys", "/sys"]
        for name in ("bin", "sbin", "lib", "lib64"):
            if Path("/", name).is_symlink():
                bound += ["--symlink", os.readlink(f"/{name}"), f"/{name}"]
        bound += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/dev/shm"]
        bound += ["--perms", "1777", "--tmpfs", "/tmp", "--bind", str(self.folder), "/autograder"]
        for folder, place in ((sys.base_prefix, sys.base_prefix), (sys.prefix, "/autograder/venv")):
            for parent in reversed(Path(place).parents):
                bound += ["--dir", str(parent)]
            bound += ["--ro-bind", folder, place]
        bound += ["--unshare-pid", "--cap-drop", "ALL"]
        bound += [part for name in CAPABILITIES for part in ("--cap-add", f"CAP_{name}")]
        clean = ["env", "-i", "PATH=/usr/bin:/bin", "HOME=/root", "LC_ALL=C.UTF-8"]
        ran = subprocess.run(["bwrap", *bound, "--", *clean, *command], capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
        return ran

    def grade(self, hand_in) -> dict:
        """What results.json contains for what `hand_in` puts into the folder of the submission."""
        shutil.rmtree(self.folder / "submission", ignore_errors=True)
        shutil.rmtree(self.folder / "source" / "run" / "submitted", ignore_errors=True)
        (self.folder / "submission").mkdir()
        hand_in(self.folder / "submission" / "my work.ipynb")
        self.run("/autograder/run_autograder")
        return json.loads((self.folder / "results" / "results.json").read_text())


@pytest.fixture(scope="module")
def container(autograder, tmp_path_factory, sandboxed) -> Container:
    if os.geteuid() != 0:
        pytest.skip("Gradescope's container runs as root, and this test is not root")
    return Container(tmp_path_factory.mktemp("container"), autograder)


@pytest.fixture(scope="module")
def submit(autograder):
    """A function: an animal's notebook, written to a path."""
    release = notebooks.release(notebooks.make(NAME))
    code = {cell.id: cell.source for cell in notebooks.make(NAME).cells}
    right = {e: "\n".join(s for s in code[e].splitlines() if "### " not in s) for e in EXERCISES}

    def write(animal: Animal):
        places = [(kind, code.replace("ROOT", f"{SOURCE}/course")) for kind, code in animal.blocks]
        animal = Animal(animal.name, animal.header, places)
        return lambda path: hand_in(animal, path, release, right, Course(f"{SOURCE}/run"))

    return write


LOOK = """
import os
import socket

found = []
for folder in ("/autograder/source", "/autograder/submission", "/autograder/results"):
    for attempt in (os.listdir, lambda path: open(path + "/zoo-was-here", "w")):
        try:
            found.append((folder, attempt(folder)))
        except OSError:
            pass
for path in ("COURSE/hidden_seed.txt", "ROOT/solutions/reference/ddpm.py", f"/proc/{os.getppid()}/environ"):
    try:
        found.append(open(path).read())
    except OSError:
        pass
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_PACKET, socket.AF_NETLINK):
    try:
        found.append(socket.socket(family))
    except OSError:
        pass
try:
    found.append(socket.create_connection(("127.0.0.1", PORT), 1))
except OSError:
    pass
try:
    found.append(os.kill(os.getppid(), 0))
except OSError:
    pass
import labkit.exercises.check
found += os.listdir(labkit.exercises.check.folder() / "answers")
"""


def points(result: dict) -> list[float]:
    return [entry["score"] for entry in result["tests"]]


@pytest.mark.slow
def test_right_empty_and_wrong(container, submit):
    result = container.grade(submit(Animal("right", {"right": "code6 code7 code8"}, [])))
    assert points(result) == [10, 10, 10]
    assert [entry["name"] for entry in result["tests"]] == ["Code 6", "Code 7", "Code 8"]
    assert {entry["status"] for entry in result["tests"]} == {"passed"}
    assert {entry["visibility"] for entry in result["tests"]} == {"visible"}
    assert result["extra_data"]["sandbox"].startswith("weaker sandbox")
    assert "Q6, Q7: a person grades" in result["output"] and result["stdout_visibility"] == "hidden"
    wrong = container.grade(submit(Animal("wrong", {"right": "code8"}, [("code7", "return x_t")])))
    assert points(wrong) == [0, 1, 10]
    assert "Code 7: 1 of 10 points" in wrong["tests"][1]["output"]
    assert str(SEED) not in json.dumps(wrong)


@pytest.mark.slow
def test_no_notebook(container):
    result = container.grade(lambda path: path.write_text("{"))
    assert points(result) == [0, 0, 0] and "not a notebook" in result["output"]


@pytest.mark.slow
def test_a_submission_that_looks_around_finds_nothing(container, submit):
    with socket.create_server(("127.0.0.1", 0)) as server:
        reachable = f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}))"
        container.run("/autograder/venv/bin/python", "-c", reachable)
        blocks = [("", LOOK.replace("PORT", str(server.getsockname()[1])))]
        blocks += [("code7", "return x_t if not found else 1 / 0")]
        result = container.grade(submit(Animal("look", {}, blocks)))
    assert points(result) == [0, 1, 0], result
    assert not list(container.folder.rglob(CANARY))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["survivor", "solutions", "restart_poison"])
def test_animals_of_the_zoo(container, submit, name):
    animal = next(animal for animal in ZOO if animal.name == name)
    result = container.grade(submit(animal))
    assert points(result) == list(animal.points.values()), result
    assert not list(container.folder.rglob(CANARY))
