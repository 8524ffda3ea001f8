"""The pipeline on a small copy of the Bandai source: one broken file, one long clip, runs cut off."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from test_bandai import write_clip

from labkit.body import load_body
from labkit.paths import LabError
from labkit.store import read_store
from labkit_data import cli, pipeline
from labkit_data.pipeline import SOURCES, prepare, source_module
from labkit_data.sources import bandai

pytestmark = pytest.mark.filterwarnings("ignore:Gimbal lock")  # of the T-poses that test_bandai writes

STEMS = ("dataset-1_dash_old_001", "dataset-2_run_active_001", "dataset-2_run_active_002")
LONG, BROKEN = "dataset-1_walk_sad_001", "dataset-2_run_active_003"


@pytest.fixture
def folder(tmp_path) -> Path:
    folder = tmp_path / "data"
    for i, stem in enumerate(STEMS):
        write_clip(folder / f"{stem}.bvh", seconds=1 + i, turn=30 * i)
    write_clip(folder / f"{LONG}.bvh", seconds=11)
    write_clip(folder / f"{BROKEN}.bvh", seconds=1)
    text = (folder / f"{BROKEN}.bvh").read_text()
    (folder / f"{BROKEN}.bvh").write_text(text[:-1000])
    return folder


@pytest.fixture
def loads(monkeypatch) -> list[str]:
    """The names of the clips that are read, in order."""
    names, load = [], bandai.load

    def counting(raw, body):
        names.append(raw.name)
        return load(raw, body)

    monkeypatch.setattr(bandai, "load", counting)
    return names


def test_what_is_stored(folder, tmp_path):
    out = tmp_path / "out" / "bandai.npz"
    summary = prepare("bandai", folder, out, workers=1)
    clips, about = read_store(out)
    pieces = [clip for clip in clips if clip.name.startswith(LONG)]
    assert {clip.name for clip in clips} == {*STEMS, *(f"{LONG}_{i}" for i in range(len(pieces)))}
    assert (about["source"], about["license"], about["clips"]) == ("bandai", bandai.LICENSE, len(clips))

    body, raws = load_body(), {raw.name: raw for raw in bandai.scan(folder)}
    for stem in STEMS:
        (clip,) = (clip for clip in clips if clip.name == stem)
        motion = bandai.load(raws[stem], body)
        torch.testing.assert_close(clip.motion.body_pose, motion.body_pose, atol=6e-5, rtol=0)
        torch.testing.assert_close(clip.motion.pelvis, motion.pelvis, atol=6e-5, rtol=0)
        assert clip.labels.items() > raws[stem].labels.items() and clip.captions
        assert clip.labels["family"] and "side" in clip.labels
    assert len(pieces) > 1 and sum(len(piece.motion) for piece in pieces) == 221
    assert len({piece.split for piece in pieces}) == 1
    whole = bandai.load(raws[LONG], body)
    torch.testing.assert_close(
        torch.cat([piece.motion.pelvis for piece in pieces]), whole.pelvis, atol=6e-5, rtol=0
    )

    assert sum(summary.clips.values()) == len(clips)
    assert summary.frames == sum(len(clip.motion) for clip in clips)
    assert len(summary.broken) == 1 and BROKEN in summary.broken[0] and "\n" not in summary.broken[0]
    assert about["broken"] == summary.broken
    assert summary.broken[0] in str(summary) and "1 broken" in str(summary)
    assert [path.name for path in out.parent.iterdir()] == ["bandai.npz"]


def test_doubts_are_summarised(folder, tmp_path, monkeypatch):
    """Doubts of a source are printed once a kind, with the first files; the store names all."""
    scan, out = bandai.scan, tmp_path / "bandai.npz"
    doubts = {stem: (("files of the wrong length", f"{stem} (1 s)"),) for stem in (*STEMS, LONG)}
    monkeypatch.setattr(pipeline, "SHOWN", 2)

    def doubtful(path):
        raws = [dataclasses.replace(raw, warnings=doubts.get(raw.name, ())) for raw in scan(path)]
        return raws + [dataclasses.replace(raws[0], name="a piece of it", end=0.5)]

    monkeypatch.setattr(bandai, "scan", doubtful)
    summary = prepare("bandai", folder, out, workers=1)
    assert read_store(out)[1]["warnings"] == {
        "files of the wrong length": sorted(d[0][1] for d in doubts.values())
    }
    assert str(summary).splitlines()[-1] == (
        f"4 files of the wrong length: {STEMS[0]} (1 s), {LONG} (1 s) and 2 more"
    )


def test_broken_files_of_one_kind_are_summarised():
    """The store names all."""
    broken = [f"data/{i}.bvh, line {i}: no MOTION part" for i in range(9)]
    broken.insert(4, "data/of 1 kind.bvh: no such joint")
    lines = str(pipeline.Summary(Path("a.npz"), {}, 0, broken, {})).splitlines()
    assert lines[1:] == [
        "10 broken files left out", *broken[:4], broken[5], "and 4 more for the same reason", broken[4],
    ]  # fmt: skip


def test_bodies_are_settled_on_the_floor(folder, tmp_path, monkeypatch):
    load, body = bandai.load, load_body()

    def sunk(raw, body):
        motion = load(raw, body)
        return dataclasses.replace(motion, pelvis=motion.pelvis - torch.tensor([0, 0, 0.1]))

    monkeypatch.setattr(bandai, "load", sunk)
    for path in folder.iterdir():
        if path.stem != STEMS[0]:
            path.unlink()
    prepare("bandai", folder, tmp_path / "bandai.npz", workers=1)
    [clip] = read_store(tmp_path / "bandai.npz")[0]
    assert body.vertices(clip.motion)[..., 2].min() > -0.011


@pytest.mark.slow
def test_two_workers_give_the_same_file(folder, tmp_path):
    for workers in (1, 2):
        prepare("bandai", folder, tmp_path / f"{workers}.npz", workers)
    assert (tmp_path / "1.npz").read_bytes() == (tmp_path / "2.npz").read_bytes()


def test_a_run_cut_off_goes_on_where_it_was(folder, tmp_path, loads, monkeypatch):
    out = tmp_path / "bandai.npz"
    out.write_bytes(b"an older store")
    with monkeypatch.context() as patch:
        load = bandai.load

        def stopped(raw, body):
            if raw.name == STEMS[2]:
                raise KeyboardInterrupt
            return load(raw, body)

        patch.setattr(bandai, "load", stopped)
        with pytest.raises(KeyboardInterrupt):
            prepare("bandai", folder, out, workers=1)
    assert loads == [STEMS[0], LONG, STEMS[1]]
    assert out.read_bytes() == b"an older store"

    write_clip(folder / f"{STEMS[0]}.bvh", seconds=3)  # changed since, so read again
    loads.clear()
    prepare("bandai", folder, out, workers=1)
    assert loads == [STEMS[0], STEMS[2], BROKEN]
    prepare("bandai", folder, tmp_path / "at once.npz", workers=1)
    assert out.read_bytes() == (tmp_path / "at once.npz").read_bytes()


@pytest.mark.parametrize("damaged", [b"", b"PK\x03\x04 cut"])
def test_a_damaged_partial_result_is_made_anew(folder, tmp_path, loads, monkeypatch, damaged):
    out = tmp_path / "bandai.npz"
    with monkeypatch.context() as patch:
        patch.setattr("labkit_data.pipeline.write_store", _stop_at_the_end(out))
        with pytest.raises(KeyboardInterrupt):
            prepare("bandai", folder, out, workers=1)
    path = min((tmp_path / "bandai.npz.partial").iterdir())
    path.write_bytes(damaged)
    loads.clear()
    prepare("bandai", folder, out, workers=1)
    assert len(loads) == 2  # that clip, and the broken file, which leaves no result
    prepare("bandai", folder, tmp_path / "at once.npz", workers=1)
    assert out.read_bytes() == (tmp_path / "at once.npz").read_bytes()


def test_only_broken_files_after_an_interrupted_run(folder, tmp_path):
    (tmp_path / "out.npz.partial").mkdir()
    (tmp_path / "out.npz.partial" / "done.npz").touch()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / f"{BROKEN}.bvh").write_text("HIERARCHY\n")
    with pytest.raises(LabError, match=f"{BROKEN}.bvh, line"):
        prepare("bandai", tmp_path / "broken", tmp_path / "out.npz", workers=1)


def test_two_into_one_file(folder, tmp_path, held):
    """The second one gets an error, and spoils nothing of what the first has done so far."""
    out = tmp_path / "bandai.npz"
    partial = tmp_path / "bandai.npz.partial"
    partial.mkdir()
    (partial / "done.npz").write_bytes(b"by the first")
    with held(partial), pytest.raises(LabError, match=f"another process is at work in {partial}"):
        prepare("bandai", folder, out, workers=1)
    assert (partial / "done.npz").is_file() and not out.exists()
    summary = prepare("bandai", folder, out, workers=1)
    assert not partial.exists() and len(read_store(out)[0]) == sum(summary.clips.values())


@pytest.mark.slow
def test_two_commands_at_once(folder, tmp_path):
    out = tmp_path / "bandai.npz"
    command = [sys.executable, "-m", "labkit_data", "prepare", "--source", "bandai", str(folder)]
    command += ["--out", str(out), "--workers", "1"]
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    two = [subprocess.Popen(command, env=env, text=True, stdout=-1, stderr=-1) for _ in range(2)]
    said = [process.communicate(timeout=300) for process in two]
    assert 0 in [process.returncode for process in two]
    for process, (_, errors) in zip(two, said):  # one after the other, where one is slow to start
        assert process.returncode == 0 or "labkit: another process is at work in" in errors.splitlines()[-1]
    assert set(STEMS) <= {clip.name for clip in read_store(out)[0]}
    assert [path.name for path in tmp_path.glob("bandai*")] == ["bandai.npz"]


def test_changed_code_makes_every_clip_anew(folder, tmp_path, loads, monkeypatch):
    out = tmp_path / "bandai.npz"
    with monkeypatch.context() as patch:
        patch.setattr("labkit_data.pipeline.write_store", _stop_at_the_end(out))
        with pytest.raises(KeyboardInterrupt):
            prepare("bandai", folder, out, workers=1)
    loads.clear()
    monkeypatch.setattr("labkit_data.pipeline._version", lambda: "other code")
    prepare("bandai", folder, out, workers=1)
    assert len(loads) == 5


def _stop_at_the_end(out: Path):
    from labkit.store import write_store

    def write(path, clips, about):
        if path == out:
            raise KeyboardInterrupt
        write_store(path, clips, about)

    return write


def test_what_the_user_did_wrong(folder, tmp_path):
    out = tmp_path / "out.npz"
    empty = tmp_path / "empty"
    empty.mkdir()
    for source, path, message in (
        ("kinect", folder, "unknown source"),
        ("bandai", tmp_path / "none", "no such folder"),
        ("bandai", empty, "no bandai clips"),
    ):
        with pytest.raises(LabError, match=message):
            prepare(source, path, out, workers=1)
    (empty / f"{BROKEN}.bvh").write_text("HIERARCHY\n")
    with pytest.raises(LabError, match=f"{BROKEN}.bvh, line"):
        prepare("bandai", empty, out, workers=1)
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_has_what_the_pipeline_asks_for(name, tmp_path):
    module = source_module(name)
    assert (module.NAME, type(module.LICENSE)) == (name, str) and callable(module.load)
    with pytest.raises(LabError):
        prepare(name, tmp_path, tmp_path / "out.npz", workers=1)


def test_the_summary_names_broken_files_whatever_the_encoding(folder, tmp_path, console):
    folder = folder.rename(tmp_path / "папка é")
    out = ["--out", str(tmp_path / "bandai.npz"), "--workers", "1"]
    printed = console.run(cli.main, ["prepare", "--source", "bandai", str(folder), *out])
    assert "1 broken files left out" in printed and console.shows("папка é") in printed
