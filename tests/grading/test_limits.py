"""Limits of small programs, with control groups and without; test_sandbox.py has those of whole kernels."""

import os
import re
import subprocess
import sys
import textwrap
import time

import pytest

from grading.batch.jobs import Job, runner
from grading.sandbox import limits
from grading.sandbox.bubblewrap import Sandbox
from grading.sandbox.limits import MB, Group, Limits

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="limits are those of Linux"),
]


def missing_groups() -> set[str]:
    """The controllers for which no group can be made here."""
    group = Group(Limits())
    group.start(["true"]).wait()
    group.remove()
    return group.missing


@pytest.fixture(params=["group", "no group"])
def grouped(request, monkeypatch, tmp_path):
    """With control groups, where they can be made, and without."""
    if request.param == "no group":
        monkeypatch.setattr(limits, "CGROUPS", tmp_path)
    elif missing_groups():
        pytest.skip("no control groups can be made here")


def run(program: str, **given) -> tuple[int, str]:
    """Exit status and output of a Python program in a group of its own that is watched."""
    group = Group(Limits(**given))
    command = [sys.executable, "-ISc", textwrap.dedent(program)]
    process = group.start(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    group.watch(process)
    output, _ = process.communicate(timeout=120)
    group.remove()
    assert not [folder for folder in group.folders.values() if folder.exists()]
    return process.returncode, output


def test_files_in_memory_count(grouped):
    """memfd files that are open, and mapped nowhere."""
    fill = """
        import os, time
        kept = [os.memfd_create("x") for _ in range(8)]
        for fd in kept:
            for _ in range(4):
                os.write(fd, bytes(2**23))
        time.sleep({})
        print("all written")
    """
    assert run(fill.format(60), memory=128 * MB) == (-9, "")
    assert run(fill.format(1), memory=512 * MB) == (0, "all written\n")


def test_shared_memory_counts_once(grouped):
    share = """
        import os, time
        data = bytearray(2**26)
        file = os.memfd_create("x")
        os.write(file, data)
        for _ in range(6):
            if not os.fork():
                sum(data[::4096])
                time.sleep(2)
                os._exit(0)
        for _ in range(6):
            os.wait()
        print("shared")
    """
    assert run(share, memory=300 * MB) == (0, "shared\n")


def test_copies_count_each(grouped):
    copies = """
        import os, time
        for _ in range(6):
            if not os.fork():
                data = bytearray(2**26)
                time.sleep(60)
                os._exit(0)
        for _ in range(6):
            if os.wait()[1]:
                os.killpg(0, 9)
    """
    assert run(copies, memory=256 * MB)[0] == -9


BUSY = """
    import os, time
    start = time.monotonic()
    for _ in range(4):
        if not os.fork():
            while time.monotonic() < start + {}:
                pass
            os._exit(0)
    for _ in range(4):
        os.wait()
    used = os.times()
    print((used.children_user + used.children_system) / (time.monotonic() - start))
    print(os.getpriority(os.PRIO_PROCESS, 0))
"""


def test_one_processor_at_a_lower_priority():
    if "cpu" in missing_groups():
        pytest.skip("no control groups can be made here")
    cores, priority = map(float, run(BUSY.format(3))[1].split())
    assert cores < 1.2
    assert priority == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 5)


def test_processor_time_is_that_of_all_processes_together(grouped):
    assert run(BUSY.format(600), cpu_seconds=2)[0] == -9


@pytest.mark.usefixtures("sandboxed")
def test_a_machine_without_groups_is_named(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(limits, "CGROUPS", tmp_path)
    Sandbox().check()
    errors = capsys.readouterr().err
    assert (
        re.match("weaker limits: no control group for cpu, memory, pids", errors) and errors.count("\n") == 1
    )


def test_the_last_third_of_a_notebooks_time_is_for_checks():
    run, now = runner(Job("", (), (), 1)), time.monotonic()
    seconds = {}
    for used in (0, 590, 700, 897):
        run.end, run.end_of_cells = now + 900 - used, now + 600 - used
        for run.checking in (False, True):
            seconds[used, run.checking] = run._get_timeout(None)
    assert [seconds[used, False] for used in (0, 590, 700, 897)] == [120, 10, 10, 3]
    assert [seconds[used, True] for used in (0, 590, 700, 897)] == [120, 120, 120, 3]
