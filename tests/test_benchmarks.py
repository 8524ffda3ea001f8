"""Every benchmark runs, on sizes at which its numbers mean nothing, beside every peer that is installed."""

import math
import re
import shutil
from pathlib import Path

import pytest
from tiers import ALL

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def test_each_has_a_test():
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.rglob("test_*.py"))
    tested = set(re.findall(r'benchmark\("(\w+)"', tests))
    assert tested == {path.stem for path in BENCHMARKS.glob("*.py")}


def test_representation(benchmark, capsys):
    benchmark("representation", CLIPS=2, FRAMES=5, LOOP_CLIPS=1).main()
    first, _, *rows = capsys.readouterr().out.splitlines()
    assert float(first.split()[-1]) < 1e-4  # from the loop
    assert [row.split()[0] for row in rows] == ["encode", "decode"]


def test_checks(benchmark, capsys):
    benchmark("checks", ROUNDS=1, EXERCISES=("code2", "code18")).main()
    _, *rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [row[0] for row in rows] == ["code2", "code18"]
    assert all(float(seconds) > 0 for row in rows for seconds in row[1:3])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["matplotlib", "pyrender", "pyvista"])
def test_each_renderer(benchmark, capsys, name):
    video = benchmark("video")
    if reason := video.OTHERS[name].missing():
        pytest.skip(reason)
    video.OTHERS = {name: video.OTHERS[name]}
    assert video.main(["--frames", "2"]) == 0
    _, ours, other = capsys.readouterr().out.splitlines()
    assert ours.split()[0] == "ours" and float(ours.split()[1]) > 0
    assert other.split()[0] == name and float(other.split()[1]) > 0 and float(other.split()[2]) > 0


def test_only_a_renderer_that_is_not_installed_is_skipped(benchmark, monkeypatch, capsys):
    video = benchmark("video")
    absent = video.Other(None, 1, ("json", "no_such_renderer"))
    broken = video.Other(None, 1, ("json",))
    video.OTHERS = {"absent": absent, "broken": broken}
    program = BENCHMARKS / "no_such_program.py"
    monkeypatch.setattr(video, "__file__", str(program))
    assert video.main([]) == 1
    said = capsys.readouterr()
    assert "absent        skipped: no module no_such_renderer" in said.out
    assert "broken        failed with status 2" in said.out and "No such file" in said.err


CASES = [("ddim", 1, 2, 1), ("ddpm", 2, 2, 1)]


@pytest.mark.slow
def test_sampling(benchmark, lab, capsys):
    pytest.importorskip("diffusers")
    sampling = benchmark("sampling", SECONDS=0.5, MANY=2, BATCH=12, FULL=2, CASES=CASES)
    sampling.main(["--batches", "1"])
    lines = capsys.readouterr().out.splitlines()
    assert float(re.search(r"differ by (\S+)", lines[0])[1]) < 1e-3
    assert [line.split()[0] for line in lines[2:]] == ["ddim", "ddpm", *["generate,"] * 2, *["evaluate"] * 3]
    assert all(re.match(r"evaluate \w+, 1 × 12, .*; 2 × 12, extrapolated", line) for line in lines[-3:])


@pytest.mark.slow
@pytest.mark.skipif(not ALL, reason="a minute of compiling: make test-all")
@pytest.mark.skipif(not shutil.which("g++"), reason="torch.compile needs a compiler")
def test_sampling_compiled(benchmark, lab, capsys):
    pytest.importorskip("diffusers")
    sampling = benchmark("sampling", SECONDS=0.5, MANY=2, BATCH=2, CASES=CASES)
    sampling.main(["--batches", "0", "--compile"])
    assert capsys.readouterr().out.count("torch.compile, ") == 2


@pytest.mark.slow
def test_player(benchmark, capsys):
    player = benchmark("player", SECONDS=0.2)
    player.main()
    printed = capsys.readouterr().out
    assert re.search(r"program, as a file, gzipped +\d+", printed)
    if player.CHROMIUM:
        assert len(re.findall(r"run to first frame, .* s", printed)) == 2
        rates = re.findall(r"frames per second, bodies: \d +(\S+)", printed)
        assert len(rates) == 3 and all(math.isfinite(float(rate)) for rate in rates)
