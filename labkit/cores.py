"""How many CPU cores this process may use: often fewer than the machine has.

The Makefile runs this file before anything is installed, so it needs the standard library alone.
"""

import math
import os
import sys
from collections.abc import Iterator
from pathlib import Path


def cores(root: Path = Path("/")) -> int:
    """Cores in the affinity mask, or in the quota of the control groups where that is less; at least 1.

    root: where /proc and /sys are. A quota of half a core counts as one.
    """
    if sys.version_info >= (3, 13):
        allowed = os.process_cpu_count()
    elif hasattr(os, "sched_getaffinity"):  # Linux
        allowed = len(os.sched_getaffinity(0))
    else:
        allowed = os.cpu_count()
    return max(1, min([allowed or 1, *map(math.ceil, _quotas(root))]))


def _quotas(root: Path) -> Iterator[float]:
    """The limits in cores that this process's control group and those around it set."""
    try:
        lines = (root / "proc" / "self" / "cgroup").read_text().splitlines()
    except OSError:  # not Linux
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        mount = root / "sys" / "fs" / "cgroup"
        if controllers:  # version 1: a hierarchy for each controller
            if "cpu" not in controllers.split(","):
                continue
            mount /= "cpu"
        # A container may see the path that its group has outside: then the group is the mount itself.
        group = mount / path.strip("/")
        for folder in (group, *group.parents):
            limit = _quota_v1(folder) if controllers else _quota_v2(folder)
            if limit:
                yield limit
            if folder == mount:
                break


def _quota_v2(group: Path) -> float | None:
    """cpu.max holds microseconds of quota and of the period; "max" is no limit."""
    try:
        quota, period = (group / "cpu.max").read_text().split()
        return None if quota == "max" else int(quota) / int(period)
    except (OSError, ValueError):
        return None


def _quota_v1(group: Path) -> float | None:
    """The same in two files; a quota of -1 is no limit."""
    try:
        quota, period = (int((group / f"cpu.cfs_{name}_us").read_text()) for name in ("quota", "period"))
        return quota / period if quota > 0 else None
    except (OSError, ValueError):
        return None


if __name__ == "__main__":
    print(cores())
