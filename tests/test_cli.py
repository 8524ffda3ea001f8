"""The commands, as a user types them: their output, and their errors."""

import os
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import torch

from labkit import cli
from labkit.diffusion import SamplingConfig
from labkit.metrics.actions import ACTIONS

REPOSITORY = Path(__file__).parents[1]
QUICK = ["--seconds", "0.2", "--steps", "2"]


def frames(path) -> int:
    """How many frames of 480 × n·480 pixels a video has, decoded to the last one."""
    reader = imageio_ffmpeg.read_frames(str(path))
    meta = next(reader)
    assert meta["codec"] == "h264" and meta["pix_fmt"].startswith("yuv420p") and meta["fps"] == 20
    return sum(1 for _ in reader)


class TestGenerate:
    def test_leaves_a_video_and_its_parameters(self, lab, tmp_path, capsys):
        assert cli.main(["generate", "--text", "a person walks", *QUICK]) == 0
        assert capsys.readouterr().out.strip() == "out/generation_ddpm_cross_attention.mp4"
        assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
            "generation_ddpm_cross_attention.mp4",
            "generation_ddpm_cross_attention.npz",
        ]
        assert frames("out/generation_ddpm_cross_attention.mp4") == 4
        with np.load("out/generation_ddpm_cross_attention.npz") as file:
            assert file["body_pose"].shape == (4, 63) and str(file["caption"]) == "a person walks"

    @pytest.mark.parametrize("network", ["incontext", "cross_attention"])
    def test_every_network_and_sampler(self, lab, network):
        assert cli.main(["generate", "--network", network, "--sampler", "ddim", *QUICK]) == 0
        assert frames(f"out/generation_ddim_{network}.mp4") == 4

    def test_several_captions_stand_side_by_side(self, lab):
        arguments = ["--text", "walk", "jump", "--batch-size", "2", "--out", "four.mp4"]
        assert cli.main(["generate", *arguments, *QUICK]) == 0
        assert imageio_ffmpeg.read_frames("four.mp4").__next__()["size"] == (4 * 480, 480)
        captions = [str(np.load(f"four_{i}.npz")["caption"]) for i in range(4)]
        assert captions == ["walk", "walk", "jump", "jump"]

    def test_the_seed_and_own_weights(self, lab):
        own = ["--checkpoint", str(lab / "checkpoints" / "cross_attention.safetensors")]
        for out, arguments in (("a", []), ("b", own), ("c", ["--seed", "1"])):
            assert cli.main(["generate", *arguments, "--out", f"{out}.mp4", *QUICK]) == 0
        a, b, c = (np.load(f"{name}.npz")["transl"] for name in "abc")
        assert (a == b).all() and not np.allclose(a, c)

    def test_a_video_that_fails_does_not_cost_the_motion(self, lab, tmp_path, monkeypatch, capsys):
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/bin/false")
        assert cli.main(["generate", "--text", "walk", "jump", "--out", "two.mp4", *QUICK]) == 1
        assert sorted(p.name for p in tmp_path.iterdir()) == ["two_0.npz", "two_1.npz"]
        said = capsys.readouterr()
        assert said.out == "" and said.err.splitlines()[-1] == (
            "labkit: ffmpeg failed: exit status 1 (the motion is kept: python -m labkit visualize two_1.npz)"
        )
        monkeypatch.delenv("IMAGEIO_FFMPEG_EXE")
        assert cli.main(["visualize", "two_0.npz", "--out", "again.mp4"]) == 0 and frames("again.mp4") == 4


class TestVisualize:
    def test_a_starter_clip_by_number_and_name(self, lab, capsys):
        assert cli.main(["visualize"]) == 0
        assert capsys.readouterr().out.strip() == "out/smpl.mp4"
        assert frames("out/smpl.mp4") == 30
        assert cli.main(["visualize", "wave", "--out", "wave.mp4"]) == 0
        assert frames("wave.mp4") == 32

    def test_what_generate_wrote(self, lab):
        cli.main(["generate", "--out", "a.mp4", *QUICK])
        for name in ("again.mp4", "AGAIN.MP4"):
            assert cli.main(["visualize", "a.npz", "--out", name]) == 0
            assert frames(name) == 4


def test_evaluate_prints_a_table(lab, capsys):
    assert cli.main(["evaluate", "--batches", "1", "--batch-size", "12", "--steps", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["real", "(N=12)", "cross_attention", "(N=12)"]
    assert {"FD", "TMR-Score", "R3", "precision", "coverage"} <= {line.split()[0] for line in lines[1:]}


@pytest.mark.slow
def test_evaluate_actions(lab, capsys, monkeypatch):
    """Two actions, three networks: 3 + 3 captions and 2 seeds each."""
    two = {name: ACTIONS[name] for name in ("walk", "kick left")}
    monkeypatch.setattr("labkit.action_table.ACTIONS", two)
    assert cli.main(["evaluate", "--actions", "--all", "--steps", "1"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].split() == list(cli.NETWORKS)
    for line, name in zip(out[1:], two):
        assert line.startswith(name) and [cell.split("/")[1] for cell in line.split()[-3:]] == ["12"] * 3
    means = ["all, plain captions", "all, rephrased captions", "all"]
    assert [line[: line.index("0.")].strip() for line in out[3:]] == means


def test_evaluate_all(lab, capsys):
    assert cli.main(["evaluate", "--all", "--batches", "1", "--batch-size", "12", "--steps", "1"]) == 0
    header = capsys.readouterr().out.splitlines()[0]
    assert header.count("(N=12)") == 6
    assert all(name in header for name in ("real, shuffled", "mean motion", "cross_attention"))


def test_a_network_that_fails_does_not_cost_the_others(lab, tmp_path, capsys):
    for path in (lab / "checkpoints").glob("*.safetensors"):
        end = -100 if path.stem == "cross_attention" else None
        (tmp_path / path.name).write_bytes(path.read_bytes()[:end])
    arguments = ["evaluate", "--all", "--batches", "1", "--batch-size", "12", "--steps", "1"]
    assert cli.main([*arguments, "--checkpoint", str(tmp_path)]) == 1
    said = capsys.readouterr()
    header = said.out.splitlines()[0]
    assert "incontext (N=12)" in header and "adaln (N=12)" in header and "cross_attention" not in header
    assert "cross_attention.safetensors is not a labkit checkpoint" in said.err.splitlines()[-1]


def test_data_info(lab, capsys):
    assert cli.main(["data"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[:2] == [["motions", "3"], ["captions", "3"]]


@pytest.mark.slow
def test_train_towers_and_a_network_on_their_features(lab):
    """Two steps each; what comes out is what generate takes."""
    assert cli.main(["train", "text", "--steps", "2"]) == 0
    assert cli.main(["train", "evaluator", "--steps", "2"]) == 0
    text = ["--text-checkpoint", "runs/text/text.safetensors"]
    assert cli.main(["train", "adaln", "--steps", "2", *text]) == 0
    assert Path("runs/evaluator/evaluator.safetensors").stat().st_size < 25e6
    state = torch.load("runs/adaln/state.pt", weights_only=True)
    assert state["step"] == 2
    assert cli.main(["train", "adaln", "--steps", "3", *text]) == 0
    assert torch.load("runs/adaln/state.pt", weights_only=True)["step"] == 3


def test_two_trainings_in_one_folder(lab, held, capsys):
    with held(Path("runs/text")):
        assert cli.main(["train", "text", "--steps", "1"]) == 1
    assert "labkit: another process is at work in runs/text" in capsys.readouterr().err.splitlines()[-1]
    assert cli.main(["train", "text", "--steps", "1"]) == 0


# ----------------------------------------------------------------------------------------------------------
#                                           What cannot be done
# ----------------------------------------------------------------------------------------------------------


def spoil(lab) -> None:
    """Files that are not what their names say."""
    weights = (lab / "checkpoints" / "cross_attention.safetensors").read_bytes()
    Path("cut.safetensors").write_bytes(weights[:-100])
    Path("text.npz").write_text("not a zip")
    Path("body.pkl").write_bytes(b"\x80\x04cos\nsystem\n(S'touch sprung'\ntR.")
    np.savez("other.npz", x=np.zeros(3))
    Path("file").write_text("a file, no folder")
    Path("folder.mp4").mkdir()


LONG = " ".join(["walk"] * 700)
NONSENSE = {
    # arguments: what the one line must say
    "": "required: COMMAND",
    "dance": "invalid choice: 'dance'",
    "generate --network unet": "invalid choice: 'unet'",
    "generate --sampler euler": "invalid choice: 'euler'",
    "generate --steps 0": "'0' is not a number of 1 to 1000",
    "generate --steps 2.5": "'2.5' is not a number",
    "generate --steps 30": "30 steps cannot be made: choose between 1 and 20",
    "generate --guidance nan": "'nan' is not a number of 0 to 100",
    "generate --guidance inf": "'inf' is not a number",
    "generate --guidance=-1": "'-1' is not a number of 0 to 100",
    "generate --seconds 0": "'0' is not a number of 0.05 to 10",
    "generate --seconds 1e9": "is not a number of 0.05 to 10",
    "generate --seed=-1": "'-1' is not a number",
    "generate --seed x": "'x' is not a number",
    "generate --batch-size 7": "'7' is not a number of 1 to 6",
    "generate --batch-size 4 --text a b": "8 motions in one video are too many",
    "generate --text EMPTY": "the caption is empty",
    "generate --text LONG": "the caption is too long (700 words",
    "generate --text UNKNOWN": "the text model knows no word of the caption 'ሰው ይራመዳል'",
    "generate --checkpoint none.safetensors": "checkpoint not found: none.safetensors",
    "generate --checkpoint cut.safetensors": "cut.safetensors is not a labkit checkpoint or is damaged",
    "generate --network incontext --checkpoint ADALN": "checkpoint of 'adaln', not of 'incontext'",
    "generate --body none.pkl": "body file not found: none.pkl",
    "generate --body body.pkl": "body.pkl is not a body in SMPL's format",
    "generate --body other.npz": "other.npz is not a body in SMPL's format",
    "generate --body text.npz": "text.npz is not a body in SMPL's format",
    "generate --out x.avi": "ending .mp4",
    "generate --steps 2 --seconds 0.1 --out file/x.mp4": "cannot write file/x.mp4",
    "generate --steps 2 --seconds 0.1 --out folder.mp4": "cannot write folder.mp4",
    "generate --device cuda": "no GPU",
    "visualize 99": "starter.npz has no clip '99'",
    "visualize nobody": "starter.npz has no clip 'nobody': give a number from 0 to 2, or a name such as walk",
    "visualize none.npz": "motion file not found: none.npz",
    "visualize text.npz": "text.npz is not a motion",
    "visualize other.npz": "other.npz is not a motion",
    "visualize --source bandai": "no prepared source 'bandai': run python -m labkit_data prepare",
    "visualize --source other.npz": "other.npz is not a motion store",
    "visualize --out x.gif": "--out x.gif is not a video",
    "visualize --out folder.mp4": "cannot write folder.mp4",
    "evaluate --network unet": "invalid choice: 'unet'",
    "evaluate --split train": "invalid choice: 'train'",
    "evaluate --split test_b": "reference features of split 'test_b' not found",
    "evaluate --batches 0": "'0' is not a number of 1 or more",
    "evaluate --batches 1 --batch-size 5": "too few to measure",
    "evaluate --batches 100": "captions asked for, the split has 30",
    "evaluate --batches 1 --batch-size 12 --steps 21": "21 steps cannot be made",
    "evaluate --all --checkpoint x": "--all takes a folder",
    "evaluate --actions --checkpoint x": "checkpoint not found: x",
    "evaluate --actions --seeds 0": "'0' is not a number of 1 or more",
    "evaluate --checkpoint x --batches 1 --batch-size 12": "checkpoint not found: x",
    "evaluate --text-checkpoint x --batches 1 --batch-size 12": "checkpoint not found: x",
    "train unet": "invalid choice: 'unet'",
    "train adaln --sources none": "no prepared source 'none'",
    "train adaln --sources none.npz": "motion store not found: none.npz",
    "train adaln --text-checkpoint none": "checkpoint not found: none",
    "train text --text-model ./none": "text model ./none cannot be loaded",
    "train text --out file": "cannot write file/text/state.pt: name another place with --out",
    "data --source none": "no prepared source 'none'",
}


@pytest.mark.parametrize("command", NONSENSE)
def test_nonsense_is_one_line_that_names_the_cause(lab, monkeypatch, capsys, command):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    spoil(lab)
    before = sorted(Path.cwd().rglob("*"))
    adaln = str(lab / "checkpoints" / "adaln.safetensors")
    words = {"EMPTY": " ", "UNKNOWN": "ሰው ይራመዳል", "LONG": LONG, "ADALN": adaln}
    try:
        status = cli.main([words.get(w, w) for w in command.split()])
    except SystemExit as stop:  # argparse's way
        status = stop.code
    said = capsys.readouterr()
    # progress bars of what came before the failure end in a carriage return or a finished line
    lines = [
        line
        for line in said.err.replace("\r", "\n").splitlines()
        if line and "it/s" not in line and "%|" not in line
    ]
    assert status in (1, 2) and len(lines) == 1, said.err
    assert lines[0].startswith("labkit: ") and NONSENSE[command] in lines[0]
    assert said.out == ""
    new = [p for p in Path.cwd().rglob("*") if p not in before and not p.is_dir()]
    assert new == []


def run(*arguments: str) -> subprocess.CompletedProcess:
    """A process of its own, as from a shell."""
    return subprocess.run(
        [sys.executable, "-m", "labkit", *arguments],
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.slow
def test_a_real_process(lab):
    done = run("generate", "--reference", "--text", "a person walks", *QUICK)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "out/generation_ddpm_cross_attention.mp4\n"
    assert frames("out/generation_ddpm_cross_attention.mp4") == 4


@pytest.mark.slow
def test_a_real_process_that_fails(lab, tmp_path):
    empty = run("generate", "--text", "")
    assert empty.returncode == 1 and empty.stdout == ""
    assert empty.stderr.startswith("labkit: the caption is empty") and empty.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_no_data_at_all(lab, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("LABKIT_DATA", str(tmp_path))
    assert cli.main(["generate"]) == 1
    assert capsys.readouterr().err.startswith("labkit: no lab data in")


@pytest.mark.parametrize("command", ["", "generate", "visualize", "evaluate", "train", "data"])
def test_help(command, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main([*command.split(), "--help"])
    assert stop.value.code == 0
    assert f"usage: python -m labkit {command}".strip() in capsys.readouterr().out


def test_stopped_by_the_user(lab, monkeypatch, capsys):
    def interrupted(args):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "generate", interrupted)
    assert cli.main(["generate"]) == 130
    assert capsys.readouterr().err == "labkit: stopped\n"


@pytest.mark.parametrize("command", [["generate", "--text", "a person walks"], ["evaluate"]])
def test_defaults_of_sampling_are_the_library_s_own(command):
    args = cli.build_parser().parse_args(command)
    assert (
        SamplingConfig(sampler=args.sampler, steps=args.steps, guidance_scale=args.guidance)
        == SamplingConfig()
    )


@pytest.mark.slow
def test_a_reader_that_leaves_is_no_error():
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "labkit", "data"]
    with os.fdopen(writing, "w") as closed:
        done = subprocess.run(command, cwd=REPOSITORY, stdout=closed, stderr=subprocess.PIPE)
    assert done.stderr == b"" and done.returncode == 141
