"""`python -m grading doctor`, on this machine and on some that lack something."""

import re

import pytest

from grading import cli, doctor
from grading.doctor import Finding, findings, sandbox
from grading.sandbox import bubblewrap, limits

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("sandboxed")
def test_where_grading_works_it_says_so(capsys):
    assert cli.main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(re.match(r"(ok|weaker)\s+\S", line) for line in lines)
    for text in (
        "a right answer: 10 of 10 points",
        "an endless loop: ended after",
        "submission: reached: nothing",
    ):
        assert any(text in line and line.startswith("ok") for line in lines), text


@pytest.mark.usefixtures("sandboxed")
def test_a_submission_that_reaches_something_is_found(monkeypatch):
    """As where a sandbox hides nothing: /usr is there for every kernel."""
    monkeypatch.setattr(doctor, "CURIOUS", doctor.CURIOUS.replace("in PATHS", "in ['/usr']"))
    assert doctor.curious() == Finding("fails", "self-test, a curious submission: reached: /usr")


def test_without_bubblewrap_it_names_the_package_and_tests_nothing_more(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cli.main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert out.count("fails") == 1 and "apt install bubblewrap" in out
    assert "self-test" not in out and "Traceback" not in out


@pytest.mark.usefixtures("sandboxed")
def test_limits_that_do_not_hold_are_weaker(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "CGROUPS", tmp_path / "none")
    found = list(sandbox())
    assert [f.state for f in found] == ["ok", "weaker"] and "control group" in found[1].text


@pytest.mark.usefixtures("sandboxed")
def test_a_kernel_that_does_not_start_fails_in_one_line(monkeypatch):
    monkeypatch.setattr(bubblewrap, "SYSTEM", ())
    found = list(findings())
    fails = [f.text for f in found if f.state == "fails"]
    assert len(fails) == 1 and "\n" not in fails[0] and "docs/security.md" in fails[0]
