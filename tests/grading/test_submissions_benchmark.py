import os
import re

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
    assert re.search(r"median of 1: plain .* s, graded .* s, ratio", printed)
    assert "1 workers: " in printed and "2 workers: " in printed
    assert "2 submissions, from file to gradebook" in printed and "the same points: True" in printed
