"""What a kernel may use, and what it uses."""

import os
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
GB, MB = 2**30, 2**20


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
