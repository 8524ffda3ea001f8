"""As many workers as the process may use cores, however that is limited."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

import labkit
from labkit import cli, device
from labkit.cores import cores

ROOT = Path(__file__).resolve().parent.parent
WORKERS = """
import grading.cli, labkit_data.cli
print(labkit_data.cli.build_parser().parse_args("prepare . --source cmu".split()).workers)
print(grading.cli.build_parser().parse_args(["autograde"]).workers)
"""


def run(*command: str, **options) -> list[str]:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, **options)
    return done.stdout.split()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity masks")
def test_on_one_core_every_command_takes_one_worker():
    def pin() -> None:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

    assert run(sys.executable, "-c", WORKERS, preexec_fn=pin) == ["1", "1"]
    assert run(sys.executable, "-P", "labkit/cores.py", preexec_fn=pin) == ["1"]  # as the Makefile asks


@pytest.mark.parametrize("start", [lambda: labkit.setup(), lambda: cli.main(["data"])])
def test_torch_starts_no_more_threads_than_cores(start, lab, monkeypatch):
    """It counts the cores that the process may run on, not the part of their time that a container gives."""
    before = torch.get_num_threads()
    monkeypatch.setattr(device, "cores", lambda: 1)
    try:
        for asked, expected in ((None, 1), ("2", 2)):  # who says how many, gets as many
            monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
            if asked:
                monkeypatch.setenv("OMP_NUM_THREADS", asked)
            torch.set_num_threads(2)
            start()
            assert torch.get_num_threads() == expected
    finally:
        torch.set_num_threads(before)


def fake(root: Path, cgroup: str, files: dict[str, str]) -> int:
    for name, text in {"proc/self/cgroup": cgroup, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return cores(root)


V1, V2 = "4:memory:/x\n3:cpu,cpuacct:/a/b\n1:name=systemd:/s\n0::/\n", "0::/a/b\n"
FS = "sys/fs/cgroup"


@pytest.mark.skipif(cores() < 2, reason="one core cannot be limited further")
@pytest.mark.parametrize(
    ("cgroup", "files", "limited"),
    [
        (V2, {f"{FS}/a/b/cpu.max": "100000 100000\n"}, True),
        (V2, {f"{FS}/a/b/cpu.max": "max 100000\n", f"{FS}/a/cpu.max": "50000 100000\n"}, True),
        (V2, {f"{FS}/cpu.max": "100000 100000\n"}, True),  # a container that sees its path from outside
        (V2, {f"{FS}/a/b/cpu.max": "max 100000\n"}, False),
        (V2, {f"{FS}/a/b/cpu.max": "110000 100000\n"}, False),  # a part of a core is one
        (V2, {f"{FS}/a/b/cpu.max": "nonsense"}, False),
        (V2, {}, False),
        (V1, {f"{FS}/cpu/a/b/cpu.cfs_quota_us": "90000", f"{FS}/cpu/a/b/cpu.cfs_period_us": "100000"}, True),
        (V1, {f"{FS}/cpu/cpu.cfs_quota_us": "1000", f"{FS}/cpu/cpu.cfs_period_us": "1000"}, True),
        (V1, {f"{FS}/cpu/a/b/cpu.cfs_quota_us": "-1", f"{FS}/cpu/a/b/cpu.cfs_period_us": "100000"}, False),
    ],
)
def test_quotas_of_control_groups(tmp_path, cgroup, files, limited):
    assert (fake(tmp_path, cgroup, files) == 1) == limited


def test_a_quota_beyond_the_machine_adds_no_cores(tmp_path):
    assert fake(tmp_path, V2, {f"{FS}/a/b/cpu.max": "99900000 100000\n"}) == cores(tmp_path / "no such root")


@contextmanager
def half_a_core():
    """A real control group; yields the file that takes processes in. Skips where none can be made."""
    v2 = Path("/sys/fs/cgroup/cgroup.controllers").is_file()
    group = Path("/sys/fs/cgroup", *([] if v2 else ["cpu"]), f"labkit-test-{os.getpid()}")
    try:
        group.mkdir()
    except OSError:
        pytest.skip("control groups cannot be made here")
    try:
        limits = {"cpu.max": "50000 100000"} if v2 else {"cpu.cfs_quota_us": "50000"}
        for name, text in limits.items():
            (group / name).write_text(text)
        yield group / "cgroup.procs"
    except OSError:
        pytest.skip("control groups cannot be limited here")
    finally:
        group.rmdir()


def test_in_a_real_control_group():
    with half_a_core() as members:
        code = f"open({str(members)!r}, 'w').write('0'); {WORKERS.strip().replace(chr(10), '; ')}"
        assert run(sys.executable, "-c", code) == ["1", "1"]
