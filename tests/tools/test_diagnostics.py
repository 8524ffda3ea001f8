from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from labkit.diffusion import SamplingConfig
from labkit.evaluator import load_evaluator
from labkit.motion import D, decode, encode
from labkit.reference import load_reference
from labkit.scores import physical
from labkit.store import Clip, write_store
from tools import diagnostics
from tools.publish import real_reference
from tools.sampling import main as sampling
from tools.sampling import sweep

CONTENTS = {"walk": "walks", "bow": "bows", "run": "runs"}
STYLES = {"proud": "proud", "sad": "sad", "happy": "happy"}


@pytest.fixture
def store(lab, random_motion):
    """Three contents × three styles; training lacks happy bows. Held out: each pair once more."""
    clips = []
    for c, (content, verb) in enumerate(CONTENTS.items()):
        for s, style in enumerate(STYLES):
            captions = (f"a person {verb}", f"a {STYLES[style]} person {verb}")
            labels = dict(content=content, style=style)
            for k, split in enumerate(("train", "val", "test_a", "test_b")):
                if (content, style, split) != ("bow", "happy", "train"):
                    motion = random_motion(100 * c + 10 * s + k, 24 + 2 * k)
                    clips.append(Clip(f"{content}_{style}_{k}", motion, captions, labels, split))
    write_store(lab.parent / "honest.npz", clips, {})
    return str(lab.parent / "honest.npz")


QUICK = ["--networks", "adaln", "--steps", "2", "--count", "16", "--sources"]


def run(capsys, *arguments) -> dict[str, list[str]]:
    """The table that was printed: name → cells."""
    assert diagnostics.main(list(arguments)) == 0
    lines = capsys.readouterr().out.splitlines()
    return {line[:24].strip(): line[24:].split() for line in lines if line[:24].strip()}


def test_memory_finds_copies_and_clears_strangers(store, capsys, monkeypatch):
    """A network that repeats training clips; one whose motions are in no training clip."""
    train = diagnostics.real_samples((store,), "train")

    def repeat(asked, network, captions, lengths):
        return [train[i % len(train)].x[: int(n)] for i, n in enumerate(lengths)]

    monkeypatch.setattr(diagnostics.Options, "sample", repeat)
    copied = run(capsys, "memory", *QUICK, store)["adaln"]
    assert copied[5] == "0.00" and copied[-3:] == ["16", "of", "16"]
    held_out = diagnostics.real_samples((store,), "test_a")
    monkeypatch.setattr(
        diagnostics.Options, "sample", lambda *a: [held_out[i % len(held_out)].x for i, _ in enumerate(a[3])]
    )
    rows = run(capsys, "memory", *QUICK, store)
    assert float(rows["adaln"][6]) > 0.5 and float(rows["real, held out"][6]) == 1


def test_grid_recovers_contents_and_styles_that_add_up():
    """Features made as content + style: prototypes are right for pairs that were never seen."""
    rng = np.random.default_rng(0)
    by_content, by_style = rng.normal(size=(3, 8)), rng.normal(size=(3, 8))
    samples, features = [], []
    for c, content in enumerate(CONTENTS):
        for s, style in enumerate(STYLES):
            if (content, style) != ("bow", "happy"):
                sample = diagnostics.Sample("x", torch.zeros(20, D), (f"a person {CONTENTS[content]}",), {})
                sample.labels.update(content=content, style=style)
                samples.append(sample)
                features.append(by_content[c] + by_style[s])
    samples.append(
        diagnostics.Sample("x", torch.zeros(20, D), ("a person bows",), dict(content="bow", style="angry"))
    )
    features.append(by_content[1] - by_style[0])
    grid = diagnostics.make_grid(samples, np.array(features))
    assert grid.contents == ["bow", "run", "walk"] and grid.styles == ["angry", "happy", "proud", "sad"]
    bow, happy = grid.contents.index("bow"), grid.styles.index("happy")
    assert not grid.seen[bow, happy] and grid.seen.sum() == len(samples)
    np.testing.assert_allclose(grid.prototypes[bow, happy], by_content[1] + by_style[2], atol=1e-9)
    found = grid.nearest((by_content[1] + by_style[2])[None])
    assert (found[0][0], found[1][0]) == (bow, happy)
    caption = diagnostics.compose(grid, bow, happy, rng)
    assert caption in ("a happy person bows", "a cheerful person bows")


def test_styles_in_the_same_words_are_one():
    assert diagnostics.style_name("old") == diagnostics.style_name("elderly") == "elderly"
    assert diagnostics.style_name("proud") == "proud"


@pytest.mark.slow
def test_unseen_asks_for_what_training_lacks(lab, random_motion, capsys):
    """Proud and sad for all three contents, happy for two, angry for bows."""
    asked = {(c, s) for c in CONTENTS for s in STYLES} - {("bow", "happy")} | {("bow", "angry")}
    clips = [
        Clip(f"{c}_{s}", random_motion(i, 24), (f"a person {CONTENTS[c]}",), dict(content=c, style=s))
        for i, (c, s) in enumerate(sorted(asked))
    ]
    clips.append(Clip("of no style", random_motion(99, 24), ("a person walks",), dict(content="walk"), "val"))
    path = str(lab.parent / "unseen.npz")
    write_store(path, clips, {})
    rows = run(capsys, "unseen", *QUICK, path, "--out", "sheets")
    assert rows["adaln, unseen"][0] == "3"  # happy bow, angry walk, angry run
    assert rows["adaln, seen"][0] == "9"
    assert Path("sheets/unseen_adaln.png").is_file()


def test_variety_within_and_between(lab, capsys, monkeypatch):
    """A network that ignores captions and noise has no variety; one that ignores noise has none within."""
    one = torch.ones(24, D)
    few = load_reference()
    captions, text = [f"way {i}" for i in range(90)], np.tile(few.text, (3, 1))
    many = replace(few, captions=captions, text=text, owner=np.arange(90) % 20)
    monkeypatch.setattr(diagnostics, "load_reference", lambda: many)
    monkeypatch.setattr(diagnostics.Options, "sample", lambda self, n, c, lengths: [one] * len(c))
    row = run(capsys, "variety", *QUICK, "none")["adaln"]
    assert [float(v) for v in row] == [0, 0, 0, 0]
    monkeypatch.setattr(
        diagnostics.Options, "sample", lambda self, n, c, lengths: [one * (i // 8) for i in range(len(c))]
    )
    within, between, joints_within, joints_between = map(
        float, run(capsys, "variety", *QUICK, "none")["adaln"]
    )
    assert within == joints_within == 0 < min(between, joints_between)


def test_contents_against_themselves(lab, body, random_motion, capsys, monkeypatch):
    """Real motions as samples have ratios of 1; some are deep in the floor."""
    turned, sunk = random_motion(1, 30), random_motion(2, 30)
    sunk = replace(sunk, pelvis=sunk.pelvis - torch.tensor([0, 0, 1.0]))
    motions = [encode(m, body.joints(m)) for m in (turned, random_motion(3, 30), sunk) for _ in range(8)]
    labels = ["walk-turn-left|sad", "Turn,"] * 4 + ["Walk"] * 8 + ["run"] * 5 + ["Bow|"] * 3
    reference = replace(
        load_reference(),
        physical=physical(motions, body),
        labels=labels,
        captions=[str(i) for i in range(24)],
        text=np.zeros((24, 2)),
        owner=np.arange(24),
        lengths=np.full(24, 30),
    )
    monkeypatch.setattr(diagnostics, "load_reference", lambda: reference)
    monkeypatch.setattr(
        diagnostics.Options, "sample", lambda self, n, c, lengths: [motions[int(i)] for i in c]
    )
    assert diagnostics.main(["contents", "--networks", "adaln", "--count", "24"]) == 0
    *_, heads, turn, walk, other, both, floor = capsys.readouterr().out.strip().splitlines()
    assert heads.count("adaln") == 2
    for row, name, n in ((turn, "turn", 8), (walk, "walk", 8), (other, "other", 8), (both, "all", 24)):
        cells = row.split()
        assert cells[:2] == [name, str(n)] and cells[3] == cells[5] == "1.0"
    lowest = [body.vertices(decode(x))[..., 2].amin(1) for x in motions]  # (F,) each
    assert floor.endswith(f"adaln {sum(sorted(z)[5] < -0.03 for z in lowest)}.")


def test_judges(store, capsys, lab):
    """The same evaluator twice gives the same scores twice."""
    path = str(lab / "checkpoints" / "evaluator.safetensors")
    rows = run(capsys, "judges", *QUICK, store, "--evaluator", path)
    shipped, bar, second = rows["adaln"][:3]
    assert bar == "|" and shipped == second
    assert diagnostics.main(["judges", *QUICK, store]) == 1
    assert "a second evaluator is missing" in capsys.readouterr().err


def test_without_the_sources_one_line(lab, capsys):
    assert diagnostics.main(["memory"]) == 1
    assert capsys.readouterr().err.startswith(
        "labkit: no prepared source 'bandai': run python -m labkit_data"
    )
    assert sampling([]) == 1
    assert capsys.readouterr().err.startswith("labkit: no prepared source 'bandai'")


@pytest.mark.slow
def test_ways_to_sample_on_the_validation_split(store, capsys, tmp_path):
    reference = real_reference([store], "val", tmp_path, load_evaluator())
    assert len(reference.motion) == 18 and len(set(reference.take)) == 9  # and their mirror images
    assert np.abs(reference.lead[::2] + reference.lead[1::2]).max() < 1e-4  # the other hand leads
    settings = [
        SamplingConfig(sampler=sampler, steps=2, guidance_scale=scale)
        for sampler, scale in (("ddpm", 1.0), ("ddpm", 3.0), ("ddim", 3.0))
    ]
    rows = sweep("adaln", reference, settings, 16, progress=False)
    assert [row.name for row in rows] == [
        "real",
        "DDPM 2, 3, 1, 0.95",
        "DDPM 2, 3, 3, 0.95",
        "DDIM 2, 3, 3, 0.95",
    ]
    assert len({row.metrics["TMR-Score"] for row in rows}) == 4
    again = sweep("adaln", reference, settings[1:2], 16, progress=False)
    assert again[1].metrics["TMR-Score"] == rows[2].metrics["TMR-Score"]
    assert sampling(["--scales", "1", "--count", "16", "--steps", "2", "--sources", store]) == 0
    assert "R3 of all" in capsys.readouterr().out
