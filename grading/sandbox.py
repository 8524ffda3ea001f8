"""Kernels that can do no harm: a Jupyter kernel under bubblewrap.

What a learner's code sees: Python with its packages, labkit with its data, an empty folder in memory. No
network, no home, nothing of the course. Grader and kernel talk over sockets that are open before the kernel
starts, so that no folder is shared. docs/security.md tells what that keeps out, and what not.
"""

import asyncio
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import matplotlib
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Any

from grading import seccomp
from grading.notebooks import ROOT
from labkit.exercises.recorded_solution import RECORDED
from labkit.paths import LabError

HERE = Path(__file__).resolve().parent
CHANNELS = ("shell", "iopub", "stdin", "hb", "control")
DATA = ("body", "checkpoints", "reference", "starter")
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
CGROUPS = Path("/sys/fs/cgroup")
GB, MB = 2**30, 2**20
MESSAGE = 64 * MB  # bytes of one message of the kernel: a film in an output is the largest


@dataclass(frozen=True)
class Limits:
    """What a kernel may use. memory and processes hold for all its processes together."""

    memory: int = 4 * GB
    files: int = 512 * MB  # all that it writes, in memory too
    cpu_seconds: int = 1800
    processes: int = 256  # threads count
    heard: int = GB  # by how much the grader itself may grow while it listens to this kernel

    def rlimits(self) -> dict[str, int]:
        """Limits of each process, as setrlimit takes them."""
        return dict(
            RLIMIT_AS=self.memory + 12 * GB,  # torch and its threads map much that they never touch
            RLIMIT_DATA=self.memory,
            RLIMIT_CPU=self.cpu_seconds,
            RLIMIT_FSIZE=self.files,
            RLIMIT_NPROC=self.processes,
            RLIMIT_NOFILE=1024,
            RLIMIT_CORE=0,
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
            user=stranger() if self.safe and os.geteuid() == 0 else 0,
            connection=connection,
            channel=channel,
        )
        script = "/grader/inside.py" if self.safe else str(HERE / "inside.py")
        return [*self.command(calls), sys.executable, script, json.dumps(settings)]

    def command(self, calls: int | None = None) -> list[str]:
        """The beginning of a command that is to run confined, under another name if we are root.

        calls: the descriptor to read the filter of system calls from, if any.
        """
        if not self.safe:
            return []
        bwrap = shutil.which("bwrap") or "bwrap"  # found on our path, not on the one that it starts with
        command = [bwrap, "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
        command += ["--unshare-cgroup-try", "--die-with-parent", "--new-session", "--hostname", "labkit"]
        if os.geteuid() == 0:  # a user who owns nothing, see `confine` in inside.py
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
        for folder in [*outside, *shown, Path("/grader/inside.py"), Path("/etc/fonts")]:
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
        for name in ("inside.py", "wire.py"):
            yield "--ro-bind", HERE / name, f"/grader/{name}"
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
    return os.environ | ours | dict(PYTHONPATH=f"{ROOT}:{HERE}", JPY_PARENT_PID=parent)


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


def stranger() -> int:
    """A user number that nobody has."""
    return 1_500_000_000 + secrets.randbelow(500_000_000)


# ------------------------------------------------------------------------------------------------------------
#                                             Memory and processes
# ------------------------------------------------------------------------------------------------------------


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found = [pid]
    for process in found:
        with suppress(OSError):
            for thread in os.scandir(f"/proc/{process}/task"):
                with suppress(OSError):
                    found += map(int, Path(thread.path, "children").read_text().split())
    return found


def used_memory(pids: list[int]) -> int:
    """Bytes in memory; shared pages count once each time."""
    pages = 0
    for pid in pids:
        with suppress(OSError, IndexError, ValueError):
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Group:
    """A control group of its own for a kernel, where this machine lets us make one (mostly as root)."""

    def __init__(self, limits: Limits):
        name, root = f"labkit-{os.getpid()}-{secrets.token_hex(8)}", CGROUPS
        memory, processes = str(limits.memory), str(limits.processes)
        if (root / "cgroup.controllers").is_file():
            wanted = {root / name: {"memory.max": memory, "memory.swap.max": "0", "pids.max": processes}}
        else:
            wanted = {
                root / "memory" / name: {"memory.limit_in_bytes": memory},
                root / "pids" / name: {"pids.max": processes},
            }
        self.folders = []
        for folder, settings in wanted.items():
            with suppress(OSError):
                folder.mkdir()
                self.folders.append(folder)
                for setting, value in settings.items():
                    with suppress(OSError):
                        (folder / setting).write_text(value)

    def add(self, pid: int) -> None:
        for folder in self.folders:
            with suppress(OSError):
                (folder / "cgroup.procs").write_text(str(pid))

    def remove(self) -> None:
        """Once the last process is gone, for which we wait a little."""
        for _ in range(40):
            for folder in self.folders:
                with suppress(OSError):
                    folder.rmdir()
            if not any(folder.exists() for folder in self.folders):
                return
            time.sleep(0.05)


def remove_groups() -> None:
    """The empty groups of graders that were killed."""
    for folder in [*CGROUPS.glob("labkit-*-*"), *CGROUPS.glob("*/labkit-*-*")]:
        if not Path("/proc", folder.name.split("-")[1]).exists():
            with suppress(OSError):
                folder.rmdir()


# ------------------------------------------------------------------------------------------------------------
#                                                   The kernel
# ------------------------------------------------------------------------------------------------------------


class Provisioner(LocalProvisioner):
    """Starts a kernel in a sandbox, with sockets that are open already."""

    sandbox: Sandbox
    group: Group | None = None

    async def launch_kernel(self, cmd, **kwargs):
        manager = self.parent
        listening, fds = [], {}
        for name in CHANNELS:
            stream = socket.socket(socket.AF_UNIX)
            stream.bind(f"{manager.ip}-{getattr(manager, f'{name}_port')}")
            stream.listen(16)
            listening.append(stream)
            fds[name] = stream.fileno()
        manager.grader_end, kernel_end = socket.socketpair()
        connection = dict(
            ip="/tmp/kernel",
            key=manager.session.key.decode(),
            ports={f"{name}_port": getattr(manager, f"{name}_port") for name in CHANNELS},
            fds={f"{name}_port": fd for name, fd in fds.items()},
            arguments=["--log-level=40", "--HistoryManager.enabled=False"],
        )
        given = [*fds.values(), kernel_end.fileno()]
        if self.sandbox.safe:
            started: Future[subprocess.Popen] = Future()
            threading.Thread(target=self.live, args=(started, connection, given), daemon=True).start()
            self.process = await asyncio.wrap_future(started)
        else:
            settings = dict(env=unsafe_environment(), cwd=kwargs.get("cwd"))
            self.process = self.start(self.sandbox.kernel(connection, given[-1]), given, **settings)
        self.pid = self.pgid = self.process.pid
        for stream in [*listening, kernel_end]:
            stream.close()
        return self.connection_info

    @staticmethod
    def start(command: list[str], fds: list[int], **settings) -> subprocess.Popen:
        nothing = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        return subprocess.Popen(command, pass_fds=fds, start_new_session=True, **nothing, **settings)

    def live(self, started: Future, connection: dict, fds: list[int]) -> None:
        """A confined kernel's thread: starts it, with a session keyring of its own, and watches over it.

        Where this thread ends, bubblewrap ends the kernel.
        """
        try:
            seccomp.own_keyring()
            with handed_down(call_filter()) as program:
                command = self.sandbox.kernel(connection, fds[-1], *program)
                process = self.start(command, [*fds, *program], env=environment())
            self.group = Group(self.sandbox.limits)
            self.group.add(process.pid)
        except BaseException as error:
            started.set_exception(error)
        else:
            started.set_result(process)
            self.watch(process)

    def watch(self, process: subprocess.Popen) -> None:
        """End a kernel that takes too much, also where there are no control groups."""
        limits, before = self.sandbox.limits, used_memory([os.getpid()])
        while process.returncode is None:
            pids = family(process.pid)
            heard = used_memory([os.getpid()]) - before  # messages without end are kept until they have one
            if len(pids) > limits.processes or used_memory(pids) > limits.memory or heard > limits.heard:
                self.end()
                return
            time.sleep(0.25)

    def end(self) -> None:
        """Now, whatever it is doing."""
        with suppress(OSError):
            os.killpg(self.pgid, signal.SIGKILL)

    async def send_signal(self, signum: int) -> None:
        """Only to end it: an interrupt is a message, see `Manager`."""
        if signum != signal.SIGINT:
            await super().send_signal(signal.SIGKILL)

    async def cleanup(self, restart: bool = False) -> None:
        await super().cleanup(restart)
        if self.group:
            self.group.remove()


class Client(AsyncKernelClient):
    """Without a heartbeat: its thread waits for ever where a kernel answers nonsense. We see the process."""

    def start_channels(self, *args, **kwargs) -> None:
        super().start_channels(hb=False)


class Manager(AsyncKernelManager):
    """A kernel in a sandbox, for nbclient. grader_end: a socket to it that is not Jupyter's."""

    sandbox = Any()
    grader_end = Any()

    def __init__(self, sandbox: Sandbox, **kwargs):
        self.folder = Path(tempfile.mkdtemp(prefix="labkit-"))  # short: a socket's name has 107 bytes at most
        super().__init__(
            sandbox=sandbox, transport="ipc", ip=str(self.folder / "k"), client_factory=Client,
            connection_file=str(self.folder / "kernel.json"), **kwargs,
        )  # fmt: skip
        self.context = zmq.asyncio.Context()
        self.context.setsockopt(zmq.MAXMSGSIZE, MESSAGE)
        self.context.setsockopt(zmq.SNDTIMEO, 5000)  # ms; a kernel that is gone would be waited for
        self._created_context = True
        for port, name in enumerate(CHANNELS, 1):
            setattr(self, f"{name}_port", port)

    async def _async_pre_start_kernel(self, **kwargs):
        self.kernel_spec.interrupt_mode = "message"
        self.provisioner = Provisioner(parent=self, kernel_spec=self.kernel_spec, kernel_id="learner")
        self.provisioner.sandbox = self.sandbox
        return await super()._async_pre_start_kernel(**kwargs)

    async def _async_interrupt_kernel(self) -> None:
        try:
            await super()._async_interrupt_kernel()
        except zmq.Again:
            self.provisioner.end()

    interrupt_kernel = _async_interrupt_kernel

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart)
        if self.grader_end:
            self.grader_end.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    cleanup_resources = _async_cleanup_resources
