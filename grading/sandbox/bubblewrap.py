"""The sandbox: a kernel's process under bubblewrap.

What a learner's code sees: Python with its packages, labkit with its data, an empty folder in memory. No
network, no home, nothing of the course. docs/security.md has what that keeps out, and what not.
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
from grading.sandbox.limits import Limits
from labkit.exercises.recorded_solution import RECORDED
from labkit.paths import LabError

DATA = ("body", "checkpoints", "reference", "starter")
GRADING = Path(__file__).resolve().parents[1]
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
# the files of grading that a kernel has
INSIDE = (
    "__init__.py",
    "remote/__init__.py",
    "remote/kernel_start.py",
    "remote/kernel_server.py",
    "remote/protocol.py",
)


@dataclass(frozen=True)
class Sandbox:
    """How kernels are started.

    hidden: exercises whose recorded solutions would be answers. safe: under bubblewrap.
    """

    hidden: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    safe: bool = True

    def check(self) -> None:
        """Raises LabError where kernels cannot be confined here; what is merely weaker is said on stderr."""
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
        try:
            with handed_down(call_filter()) as fds:
                result = subprocess.run(
                    self.kernel({}, -1, *fds), capture_output=True, text=True, timeout=60, env=environment(),
                    pass_fds=fds,
                )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise LabError("bubblewrap did not start Python within a minute: is the machine busy?") from error
        if result.returncode:
            reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise LabError(
                f"bubblewrap cannot start Python here ({reason}): see 'If the sandbox does not start' in "
                "docs/security.md. --unsafe runs submissions as you, with all your rights"
            )
        if not call_filter():
            print("weaker limits: system calls are not filtered, there is no seccomp here", file=sys.stderr)

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
        """The beginning of a command that is to run confined, under another name if we are root.

        calls: the descriptor to read the filter of system calls from, if any.
        """
        if not self.safe:
            return []
        bwrap = shutil.which("bwrap") or "bwrap"  # found on our path, not on the one that it starts with
        command = [bwrap, "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
        command += ["--unshare-cgroup-try", "--die-with-parent", "--new-session", "--hostname", "labkit"]
        if os.geteuid() == 0:  # a user who owns nothing, see remote.kernel_start.confine
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
        """What there is to see, as bubblewrap's options; later ones lie over earlier ones."""
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
        kept_back += Path(sys.prefix).glob("lib/python*/site-packages/labkit_solutions*")
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
        for path in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):  # seconds to make anew
            yield "--ro-bind", path, f"/tmp/matplotlib/{path.name}"
        yield "--remount-ro", "/dev"
        yield "--remount-ro", "/"


def pythons() -> list[Path]:
    """Python's own folders, which a kernel may read."""
    return sorted({Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve()})


def environment() -> dict[str, str]:
    """All that a kernel inherits. bubblewrap too: what it was started with can be read in /proc."""
    return dict(
        PATH=f"{Path(sys.executable).parent}:/usr/bin:/bin", LANG="C.UTF-8", USER="learner",
        LOGNAME="learner", HOME="/tmp/home", MPLCONFIGDIR="/tmp/matplotlib", IPYTHONDIR="/tmp/home/.ipython",
        PYTHONSAFEPATH="1", PYTHONPATH=f"{ROOT}:/grader", PYTHONDONTWRITEBYTECODE="1",
        OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", HF_HUB_OFFLINE="1", NBGRADER_EXECUTION="autograde",
    )  # fmt: skip


def unsafe_environment() -> dict[str, str]:
    """The same for a kernel that is not confined."""
    own = ("PATH", "HOME", "USER", "LOGNAME", "MPLCONFIGDIR", "IPYTHONDIR", "PYTHONPATH")
    ours = {k: v for k, v in environment().items() if k not in own}
    parent = str(os.getpid())  # without which ipykernel ends
    return os.environ | ours | dict(PYTHONPATH=str(ROOT), JPY_PARENT_PID=parent)


@cache
def call_filter() -> bytes:
    """The filter of system calls that bubblewrap loads; nothing where it works without one only."""
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
    """A descriptor to read these few bytes from; none where there are none."""
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
    """A user id that nobody has."""
    return 1_500_000_000 + secrets.randbelow(500_000_000)
