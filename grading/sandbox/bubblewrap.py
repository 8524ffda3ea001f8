"""The sandbox: a kernel's process under bubblewrap.

A learner's code sees Python with its packages, labkit with its data, and an empty folder in memory; no
network, no home folder, nothing of the course. docs/security.md lists what that prevents and what not.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import matplotlib

from grading.paths import ROOT
from grading.sandbox import seccomp
from grading.sandbox.limits import Group, Limits
from labkit.exercises.recorded_solution import RECORDED
from labkit.paths import LabError

DATA = ("body", "checkpoints", "reference", "starter")
GRADING = Path(__file__).resolve().parents[1]
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
# The files of grading that a kernel can import
INSIDE = (
    "__init__.py",
    "remote/__init__.py",
    "remote/kernel_start.py",
    "remote/kernel_server.py",
    "remote/protocol.py",
    "remote/tolerance.py",
)


@dataclass(frozen=True)
class Sandbox:
    """How kernels are started.

    hidden: exercises whose recorded solutions a kernel must not see. safe: under bubblewrap.
    """

    hidden: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    safe: bool = True

    def check(self) -> None:
        """Start a kernel, for a test. Raises LabError where that fails; prints weaker limits to stderr."""
        if not self.safe:
            return
        if not shutil.which("bwrap"):
            raise LabError(
                "submissions run under bubblewrap, which is not here: apt install bubblewrap (or dnf, "
                "pacman). --unsafe runs them as you, with all your rights"
            )
        if ROOT in pythons():
            raise LabError(
                f"{ROOT} is course and Python environment in one, and submissions could read all of it: make "
                "the environment in a folder of its own, as make .venv/ready does"
            )
        group, pipes = Group(self.limits), dict.fromkeys(("stdout", "stderr"), subprocess.PIPE)
        with handed_down(call_filter()) as fds:
            command = self.kernel({}, -1, *fds)
            process = group.start(command, pass_fds=fds, env=environment(), text=True, **pipes)
        try:
            _, errors = process.communicate(timeout=60)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise LabError("bubblewrap did not start Python within 60 s: stop other programs") from error
        finally:
            process.wait()
            group.remove()
        if process.returncode:
            reason = (errors.strip().splitlines() or ["no reason given"])[-1]
            raise LabError(
                f"bubblewrap cannot start Python here ({reason}): see 'If the sandbox does not start' in "
                "docs/security.md. --unsafe runs submissions as you, with all your rights"
            )
        if not call_filter():
            print("weaker limits: system calls are not filtered, there is no seccomp here", file=sys.stderr)
        if group.missing:
            print(
                f"weaker limits: no control group for {', '.join(sorted(group.missing))} (it needs root, and "
                "in a container a writable /sys/fs/cgroup); a periodic check, and limits of each "
                "process, remain",
                file=sys.stderr,
            )

    def call_filter(self) -> bytes:
        """The filter of system calls that `kernel` takes from a descriptor; empty for none."""
        return call_filter()

    def environment(self) -> dict[str, str]:
        """All variables of a kernel."""
        return environment()

    def end(self) -> None:
        """Once a kernel has ended: remove what it left. bubblewrap leaves nothing."""

    def kernel(self, connection: dict, channel: int, calls: int | None = None) -> list[str]:
        """The command that starts a kernel on these sockets. calls: see `command`."""
        settings = dict(
            limits=self.limits.rlimits() if self.safe else {},
            user=unused_uid() if self.safe and os.geteuid() == 0 else 0,
            connection=connection,
            channel=channel,
        )
        start = [sys.executable, "-m", "grading.remote.kernel_start", json.dumps(settings)]
        return [*self.command(calls), *start]

    def command(self, calls: int | None = None) -> list[str]:
        """The prefix of a command that is to run confined, as root under another user id.

        calls: the descriptor to read the filter of system calls from, if any.
        """
        if not self.safe:
            return []
        bwrap = shutil.which("bwrap") or "bwrap"  # on our PATH, not on the kernel's
        command = [bwrap, "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
        command += ["--unshare-cgroup-try", "--die-with-parent", "--new-session", "--hostname", "labkit"]
        if os.geteuid() == 0:  # for remote.kernel_start.confine, which changes the user id
            command += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
        else:
            command += ["--unshare-user"]
            if "--disable-userns" in subprocess.run([bwrap, "--help"], capture_output=True, text=True).stdout:
                command += ["--disable-userns"]  # since 0.8
        if calls is not None:
            command += ["--seccomp", str(calls)]
        command += ["--clearenv"]
        for name, value in environment().items():
            command += ["--setenv", name, value]
        for mount in self.mounts():
            command += map(str, mount)
        return [*command, "--chdir", "/tmp/work", "--"]

    def mounts(self) -> Iterator[tuple]:
        """The file system, as bubblewrap's options; later mounts cover earlier ones."""
        size = ("--size", self.limits.files)
        yield "--proc", "/proc"
        for name in ("keys", "key-users"):  # names of the grader's keys
            yield "--ro-bind-try", "/dev/null", f"/proc/{name}"
        yield "--dev", "/dev"
        yield "--perms", "1777", *size, "--tmpfs", "/dev/shm"
        yield "--perms", "1777", *size, "--tmpfs", "/tmp"
        for folder in map(Path, SYSTEM):
            if folder.is_symlink():
                yield "--symlink", os.readlink(folder), folder
            elif folder.is_dir():
                yield "--ro-bind", folder, folder
        outside = [p for p in pythons() if not p.is_relative_to("/usr") and not p.is_relative_to(ROOT)]
        shown = [*(p for p in pythons() if p.is_relative_to(ROOT)), ROOT / "labkit"]
        shown += [ROOT / "data" / name for name in DATA]
        for folder in [
            *outside,
            *shown,
            *(Path("/grader/grading", name) for name in INSIDE),
            Path("/etc/fonts"),
        ]:
            for parent in reversed(folder.parents):
                yield "--perms", "0755", "--dir", parent
        for name in ("alternatives", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime"):
            yield "--ro-bind-try", f"/etc/{name}", f"/etc/{name}"
        for folder in outside:
            yield "--ro-bind", folder, folder
        covered = any(ROOT.is_relative_to(folder) for folder in [*SYSTEM, *outside])
        if covered:  # the repository is in /usr or in Python's folder, and solutions with it
            yield "--tmpfs", ROOT
        for folder in shown:
            yield "--ro-bind-try", folder, folder
        if covered:
            yield "--remount-ro", ROOT
        exercises = ROOT / "labkit" / "exercises"
        kept_back = [exercises / "answers", exercises / "recorded_solutions"]
        kept_back += installed_solutions()
        for folder in kept_back:
            yield "--tmpfs", folder
        for name in sorted(set(RECORDED) - set(self.hidden)):
            path = exercises / "recorded_solutions" / f"{name}.json.z"
            yield "--ro-bind", path, path
        for folder in kept_back:
            yield "--remount-ro", folder
        for name in INSIDE:
            yield "--ro-bind", GRADING / name, f"/grader/grading/{name}"
        for folder in ("/tmp/work", "/tmp/home", "/tmp/matplotlib"):
            yield "--perms", "0777", "--dir", folder
        for path in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):  # takes seconds to make
            yield "--ro-bind", path, f"/tmp/matplotlib/{path.name}"
        yield "--remount-ro", "/dev"
        yield "--remount-ro", "/"


def pythons() -> list[Path]:
    """Python's folders, which a kernel may read: of the environment and of the Python under it."""
    return sorted({Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve()})


def installed_solutions() -> list[Path]:
    """Folders of labkit_solutions in any Python that a kernel can see, under a virtual environment too."""
    prefixes = {*pythons(), Path("/usr"), Path("/usr/local")}
    found = [p for prefix in prefixes for p in prefix.glob("lib*/python*/*-packages/labkit_solutions*")]
    return sorted(p for p in found if p.is_dir() and not p.parent.is_symlink())


def environment() -> dict[str, str]:
    """All variables of a kernel, and of bubblewrap, whose variables can be read in /proc."""
    return dict(
        PATH=f"{Path(sys.executable).parent}:/usr/bin:/bin", LANG="C.UTF-8", USER="learner",
        LOGNAME="learner", HOME="/tmp/home", MPLCONFIGDIR="/tmp/matplotlib", IPYTHONDIR="/tmp/home/.ipython",
        PYTHONSAFEPATH="1", PYTHONPATH=f"{ROOT}:/grader", PYTHONDONTWRITEBYTECODE="1",
        OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", HF_HUB_OFFLINE="1", NBGRADER_EXECUTION="autograde",
        TORCHDYNAMO_DISABLE="1",  # torch.compile takes half a minute, and a compiler of C++
    )  # fmt: skip


def unsafe_environment() -> dict[str, str]:
    """The variables of a kernel that is not confined."""
    own = ("PATH", "HOME", "USER", "LOGNAME", "MPLCONFIGDIR", "IPYTHONDIR", "PYTHONPATH")
    ours = {k: v for k, v in environment().items() if k not in own}
    parent = str(os.getpid())  # without which ipykernel ends
    return os.environ | ours | dict(PYTHONPATH=str(ROOT), JPY_PARENT_PID=parent)


@cache
def call_filter() -> bytes:
    """The filter of system calls that bubblewrap loads; empty where it only works without one."""
    program = seccomp.program()

    def works(*options: str, fds: Sequence[int] = ()) -> bool:
        command = ["bwrap", "--ro-bind", "/", "/", *options, sys.executable, "-ISc", ""]
        return subprocess.run(command, capture_output=True, pass_fds=fds).returncode == 0

    with handed_down(program) as fds:
        if fds and (works("--seccomp", str(fds[0]), fds=fds) or not works()):
            return program
    return b""


@contextmanager
def handed_down(data: bytes) -> Iterator[list[int]]:
    """A list with a descriptor to read these bytes from (at most 64 KB); an empty one for no bytes."""
    if not data:
        yield []
        return
    out, into = os.pipe()
    try:
        os.write(into, data)
        os.close(into)
        yield [out]
    finally:
        os.close(out)


def unused_uid() -> int:
    """A user id without an account."""
    return 1_500_000_000 + secrets.randbelow(500_000_000)
