"""The weaker sandbox, for containers in which bubblewrap cannot start, such as Gradescope's.

A kernel runs there as an unused user id without rights, under a seccomp filter that leaves it Unix sockets
only, and with limits of each process. It sees the container's files and processes; permissions alone protect
what the grader has. docs/security.md lists what that means. It takes a grader that is root, and a container
for each submission.
"""

import json
import os
import platform
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import matplotlib

from grading.paths import ROOT
from grading.sandbox import seccomp
from grading.sandbox.bubblewrap import DATA, INSIDE, Sandbox, environment, unused_uid
from labkit.paths import LabError

NAME = "weaker sandbox: another user id, a filter of system calls, limits of each process; no namespaces"
ATTEMPTS = 50  # to end processes that start others


@dataclass(frozen=True)
class WeakerSandbox(Sandbox):
    """For the kernels of one notebook, one at a time. view: the folder of `make_view`. user: the user id."""

    view: Path = ROOT
    user: int = field(default_factory=unused_uid)

    @property
    def folder(self) -> Path:
        """All that a kernel may write to but /tmp and /dev/shm; another for each notebook."""
        return Path(tempfile.gettempdir(), f"labkit-{self.user}")

    def check(self) -> None:
        """Raises LabError where this sandbox cannot be made."""
        if os.geteuid() != 0:
            raise LabError("the weaker sandbox changes the user id: run the grader as root")
        if not self.program():
            raise LabError(f"no filter of system calls for {platform.machine()}: use x86-64 or AArch64")

    def program(self) -> bytes:
        """The filter: that of bubblewrap's kernels, and without network."""
        return seccomp.program(families=(seccomp.UNIX,))

    def call_filter(self) -> bytes:
        return b""  # the kernel's process loads it itself

    def environment(self) -> dict[str, str]:
        home = self.folder / "home"
        own = dict(HOME=home, IPYTHONDIR=home / ".ipython", MPLCONFIGDIR=self.folder / "matplotlib")
        own |= dict(TMPDIR=self.folder / "tmp", PYTHONPATH=f"{self.view}:{self.view / 'grader'}")
        return environment() | {name: str(value) for name, value in own.items()}

    def kernel(self, connection: dict, channel: int, calls: int | None = None) -> list[str]:
        """The command that starts a kernel on these sockets, in a new folder."""
        self.end()
        for folder in (self.folder, *(self.folder / name for name in ("work", "home", "matplotlib", "tmp"))):
            folder.mkdir(mode=0o700)
            os.chown(folder, self.user, self.user)
        for path in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):  # takes seconds to make
            shutil.copyfile(path, self.folder / "matplotlib" / path.name)
        settings = dict(
            limits=self.limits.rlimits(),
            user=self.user,
            folder=str(self.folder / "work"),
            filter=self.program().hex(),
            connection=connection | {"output": f"ipc://@labkit-{secrets.token_hex(16)}"}
            if connection
            else {},
            channel=channel,
        )
        return [sys.executable, "-m", "grading.remote.kernel_start", json.dumps(settings)]

    def end(self) -> None:
        """End all processes of this user id, and remove the folder. Raises RuntimeError where some stay."""
        kill = [sys.executable, "-ISc", "import os; os.kill(-1, 9)"]  # all but itself
        for _ in range(ATTEMPTS):
            if not self.processes():
                break
            subprocess.run(kill, user=self.user, group=self.user, extra_groups=[], capture_output=True)
        else:
            raise RuntimeError("processes of this submission cannot be ended")
        shutil.rmtree(self.folder, ignore_errors=True)

    def processes(self) -> list[int]:
        """All processes of this user id."""
        found = []
        for path in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it ends meanwhile
                if path.stat().st_uid == self.user:
                    found.append(int(path.name))
        return found


def make_view(folder: Path, hidden: Sequence[str]) -> None:
    """Copy what a kernel may read of the course: what bubblewrap shows it, see `Sandbox.mounts`.

    hidden: exercises whose recorded solutions are left out.
    """
    shutil.rmtree(folder, ignore_errors=True)
    kept_back = shutil.ignore_patterns("__pycache__", "answers", *(f"{name}.json.z" for name in hidden))
    shutil.copytree(ROOT / "labkit", folder / "labkit", ignore=kept_back)
    (folder / "labkit" / "exercises" / "answers").mkdir()
    for name in DATA:
        shutil.copytree(ROOT / "data" / name, folder / "data" / name)
    for name in INSIDE:
        target = folder / "grader" / "grading" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "grading" / name, target)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
