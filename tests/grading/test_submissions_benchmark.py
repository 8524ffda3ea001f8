import os
import re
import subprocess
import sys
import time

import pytest
from toy_course import toy_notebooks


@pytest.mark.slow
def test_submissions(benchmark, sandboxed, monkeypatch, capsys):
    """All of it, on the toy course."""
    monkeypatch.setenv("OMP_NUM_THREADS", os.environ.get("OMP_NUM_THREADS", "1"))  # it sets this
    submissions = benchmark("submissions")
    monkeypatch.setattr(submissions.notebooks, "make", lambda name: toy_notebooks()[name])
    submissions.main(["--rounds", "1", "--count", "1", "--copies", "2"])
    printed = capsys.readouterr().out
    for kind in ("clock", "processor time"):
        assert re.search(rf"by {kind}, median of 1: plain .* s, graded .* s, ratio", printed)
    assert "1 workers: " in printed and "2 workers: " in printed
    assert "2 submissions, from file to gradebook" in printed and "the same points: True" in printed


@pytest.mark.skipif(sys.platform != "linux", reason="it is read in /proc")
def test_processor_time_is_that_of_processes_that_were_killed_too(benchmark):
    busy = "while True: pass"
    with benchmark("submissions").measured() as spent:
        process = subprocess.Popen([sys.executable, "-c", busy])
        time.sleep(0.7)
        process.kill()
        process.wait()
    assert 0 < spent.processor < spent.wall + 0.2 and spent.wall > 0.7
