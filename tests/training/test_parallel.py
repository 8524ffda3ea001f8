"""Two real processes, started by torchrun, against one."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from tiny import tiny_run

from labkit import cli
from labkit.paths import LabError
from labkit.training import parallel

TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]


def two_processes(*arguments) -> subprocess.CompletedProcess:
    """What two processes print, and their first failure."""
    done = subprocess.run([*TORCHRUN, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return done


@pytest.mark.slow
def test_two_processes_make_the_run_of_one(tmp_path):
    """Stopped after 20 steps and started again, in both cases; the log's averages are of steps 21 to 50."""
    one, two = tmp_path / "one" / "run", tmp_path / "two" / "run"
    program = Path(__file__).with_name("tiny.py")

    start = tiny_run(tmp_path / "zero" / "run", 0).network.state_dict()
    for steps in (20, 50):
        tiny_run(one, steps)
        done = two_processes(program, two, steps)
        assert done.stderr.count(f"| {20 * (steps > 20)}/{steps} ") == 1  # one progress bar
        states = [torch.load(folder / "state.pt", weights_only=True) for folder in (one, two)]
        assert states[0]["step"] == states[1]["step"] == steps
        # AdamW divides by the gradient's size, so rounding grows where gradients are tiny
        tolerance = 2e-3 if steps == 20 else 2e-2
        for weights in ("network", "ema"):
            moved = apart = 0.0
            for name, value in states[0][weights].items():
                moved += float((value - start[name]).square().sum())
                apart += float((value - states[1][weights][name]).square().sum())
            assert 0 < apart**0.5 < tolerance * moved**0.5

    logs = [list(csv.DictReader((folder / "adaln.csv").open())) for folder in (one, two)]
    assert [row["step"] for row in logs[1]] == ["50"]
    for quarter in ("loss_1", "loss_2", "loss_3", "loss_4"):
        assert float(logs[1][0][quarter]) == pytest.approx(float(logs[0][0][quarter]), rel=1e-3)
    assert sorted(p.name for p in two.iterdir()) == ["adaln.csv", "state.pt"]


@pytest.mark.slow
def test_the_command_under_torchrun(lab):
    done = two_processes("-m", "labkit", "train", "adaln", "--reference", "--steps", "2", "--device", "cpu")
    assert done.stdout.split() == ["runs/adaln/adaln.safetensors"]
    own = ["--network", "adaln", "--checkpoint", done.stdout.strip()]
    assert cli.main(["generate", *own, "--seconds", "0.2", "--steps", "2"]) == 0


@pytest.fixture
def of_three(monkeypatch):
    """A function: be process `rank` of three."""

    def be(rank: int) -> None:
        for name, value in dict(TORCHELASTIC_RUN_ID="x", RANK=rank, WORLD_SIZE=3).items():
            monkeypatch.setenv(name, str(value))

    return be


def test_shares_are_equal_and_leave_nothing_out(of_three):
    rows = []
    for rank in range(3):
        of_three(rank)
        rows += list(range(12))[parallel.share(12)]
        assert len(rows) == 4 * (rank + 1)
    assert rows == list(range(12))
    with pytest.raises(LabError, match="32 cannot be shared equally by 3 processes"):
        parallel.share(32)


def test_a_tower_is_trained_by_one_process(of_three, lab, capsys):
    of_three(0)
    assert cli.main(["train", "text", "--steps", "2"]) == 1
    assert "without torchrun" in capsys.readouterr().err


def test_alone_nothing_changes():
    network = torch.nn.Linear(2, 2)
    with parallel.processes("cpu") as device, parallel.first_before_others():
        assert device == "cpu" and (parallel.rank(), parallel.world_size()) == (0, 1)
        assert list(range(5))[parallel.share(5)] == list(range(5))
        assert parallel.averaging(network) is network
        assert torch.equal(parallel.gather(network.bias), network.bias)
