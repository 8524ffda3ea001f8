"""Resource limits of a kernel, and what it uses.

A control group (cgroups(7), version 1 or 2) limits all processes of a kernel together. Where no group can be
made, limits of each process (setrlimit) and a periodic check in the grader remain; these are weaker.
"""

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
GB, MB = 2**30, 2**20
PERIOD = 100_000  # microseconds over which a processor quota is counted
# Wait for a line, which comes once this process is in its group, then run the command at a lower priority
WAIT = ("/bin/sh", "-c", 'read -r go && exec nice -n 5 "$@" </dev/null', "sh")


@dataclass(frozen=True)
class Limits:
    """What a kernel may use: all its processes together, but for `files`."""

    memory: int = 4 * GB  # bytes
    files: int = 512 * MB  # bytes of each file, and of each file system in memory
    cpu_seconds: int = 1800
    cpus: int = 1
    processes: int = 256  # threads count
    received: int = GB  # bytes by which the grader may grow while it receives this kernel's messages

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


# ------------------------------------------------------------------------------------------------------------
#                                               What is in use
# ------------------------------------------------------------------------------------------------------------


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    found = [pid]
    for process in found:
        with suppress(OSError):
            for thread in os.scandir(f"/proc/{process}/task"):
                with suppress(OSError):
                    found += map(int, Path(thread.path, "children").read_text().split())
    return found


def resident(pids: Sequence[int]) -> int:
    """Resident bytes; a page that several processes share counts once for each."""
    pages = 0
    for pid in pids:
        with suppress(OSError, IndexError, ValueError):
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def memory_files(pids: Sequence[int]) -> int:
    """Bytes of the memfd files that these processes hold open, mapped or not; each file counts once."""
    found = {}
    for pid in pids:
        with suppress(OSError):
            for entry in os.scandir(f"/proc/{pid}/fd"):
                with suppress(OSError):
                    if os.readlink(entry.path).startswith("/memfd:"):
                        about = os.stat(entry.path)
                        found[about.st_dev, about.st_ino] = about.st_blocks * 512
    return sum(found.values())


def proportional(pid: int) -> tuple[int, int]:
    """Bytes of a process with its share of what it shares (PSS): private and file pages, shared memory."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        kb = {name: int(size.split()[0]) for name, size in (line.split(":") for line in lines)}
        shared = kb.get("Pss_Shmem", 0)
        return (kb["Pss"] - shared) * 1024, shared * 1024
    except (OSError, ValueError, LookupError):
        return resident([pid]), 0


def exceeds(pids: Sequence[int], limit: int) -> bool:
    """Do these processes use more memory than `limit` bytes? What they share counts once."""
    files = memory_files(pids)
    if resident(pids) + files <= limit:  # an upper bound, and quick
        return False
    own, shared = map(sum, zip(*map(proportional, pids), strict=True))
    return own + max(shared, files) > limit


def used_seconds(pids: Sequence[int]) -> float:
    """Seconds of processor time of these processes and of their children that have ended."""
    ticks = 0
    for pid in pids:
        with suppress(OSError, ValueError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))  # utime, stime, cutime, cstime
    return ticks / os.sysconf("SC_CLK_TCK")


# ------------------------------------------------------------------------------------------------------------
#                                               Control groups
# ------------------------------------------------------------------------------------------------------------


def group_settings(limits: Limits, unified: bool) -> dict[str, dict[str, str]]:
    """Files and values for each controller. The first is the limit; without the others it is weaker."""
    memory, processes, quota = str(limits.memory), str(limits.processes), str(limits.cpus * PERIOD)
    if unified:
        return {
            "memory": {"memory.max": memory, "memory.swap.max": "0"},
            "pids": {"pids.max": processes},
            "cpu": {"cpu.max": f"{quota} {PERIOD}", "cpu.weight": "50"},
        }
    return {
        "memory": {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes": memory},
        "pids": {"pids.max": processes},
        "cpu": {"cpu.cfs_quota_us": quota, "cpu.shares": "512"},
    }


class Group:
    """A control group for one kernel, where this machine lets us make one (mostly as root).

    missing: the controllers whose limit does not hold, once a process was started.
    """

    def __init__(self, limits: Limits):
        self.limits = limits
        name = f"labkit-{os.getpid()}-{secrets.token_hex(8)}"
        unified = (CGROUPS / "cgroup.controllers").is_file()
        if unified:
            with suppress(OSError):
                (CGROUPS / "cgroup.subtree_control").write_text("+memory +pids +cpu")
        self.folders: dict[str, Path] = {}  # by controller
        self.missing: set[str] = set()
        for controller, files in group_settings(limits, unified).items():
            folder = CGROUPS / name if unified else CGROUPS / controller / name
            self.folders[controller] = folder
            with suppress(OSError):
                folder.mkdir(exist_ok=True)
            for file, value in files.items():
                try:
                    (folder / file).write_text(value)
                except OSError:
                    if file == next(iter(files)):
                        self.missing.add(controller)

    def start(self, command: Sequence[str], **settings) -> subprocess.Popen:
        """Start a command in this group, at a lower priority. settings: of Popen, but not stdin.

        It runs only once it is in the group, so that whatever it starts is in there too.
        """
        process = subprocess.Popen([*WAIT, *command], stdin=subprocess.PIPE, **settings)
        for controller, folder in self.folders.items():
            with suppress(OSError):
                (folder / "cgroup.procs").write_text(str(process.pid))
            if not self.holds(folder, process.pid):
                self.missing.add(controller)
        stdin, process.stdin = process.stdin, None
        if stdin:
            with suppress(BrokenPipeError), stdin:
                os.write(stdin.fileno(), b"go\n")
        return process

    def watch(self, process: subprocess.Popen) -> None:
        """Until the process ends; kill it and its session where it exceeds what the group does not limit."""
        before = resident([os.getpid()])
        while process.poll() is None:
            pids = family(process.pid)
            if (
                len(pids) > self.limits.processes
                or used_seconds(pids) > self.limits.cpu_seconds
                or ("memory" in self.missing and exceeds(pids, self.limits.memory))
                or resident([os.getpid()]) - before
                > self.limits.received  # a message is held until it is complete
            ):
                with suppress(OSError):
                    os.killpg(process.pid, signal.SIGKILL)
                return
            time.sleep(0.25)

    @staticmethod
    def holds(folder: Path, pid: int) -> bool:
        try:
            return str(pid) in (folder / "cgroup.procs").read_text().split()
        except OSError:
            return False

    def remove(self) -> None:
        """Once the last process has ended, for which it waits up to two seconds."""
        for _ in range(40):
            for folder in self.folders.values():
                with suppress(OSError):
                    folder.rmdir()
            if not any(folder.exists() for folder in self.folders.values()):
                return
            time.sleep(0.05)


def remove_groups() -> None:
    """Remove the empty groups of graders that were killed."""
    for folder in [*CGROUPS.glob("labkit-*-*"), *CGROUPS.glob("*/labkit-*-*")]:
        if not Path("/proc", folder.name.split("-")[1]).exists():
            with suppress(OSError):
                folder.rmdir()
