"""Splits: what must never be apart, and how much is held out."""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import pytest

from labkit.store import SPLITS
from labkit_data import splits


@dataclass
class Clip:
    name: str
    file: str
    labels: dict = field(default_factory=dict)


def bandai() -> list[Clip]:
    """As the second data set: 10 contents × 7 styles with 25 to 40 takes each, and some of the first."""
    hands = [f"{verb}-{hand}-hand" for verb in ("wave", "raise-up") for hand in ("left", "right")]
    contents = ["walk", "walk-turn-left", "walk-turn-right", "run", *hands]
    contents += ["wave-both-hands", "raise-up-both-hands"]
    styles = ["active", "elderly", "exhausted", "feminine", "masculine", "normal", "youthful"]
    groups = [
        ("dataset-2", c, s, 25 + (i + j) % 16) for i, c in enumerate(contents) for j, s in enumerate(styles)
    ]
    groups += [
        ("dataset-1", c, s, 1)
        for c in ("walk", "bow", "run", "walk-left")
        for s in ("proud", "angry", "tired")
    ]
    clips = []
    for dataset, content, style, takes in groups:
        for take in range(1, takes + 1):
            name = f"{dataset}_{content}_{style}_{take:03d}"
            labels = dict(dataset=dataset, content=content, style=style, take=f"{take:03d}")
            clips.append(Clip(name, f"data/{name}.bvh", labels))
    return clips


def trials(n: int = 1000) -> list[Clip]:
    return [Clip(f"{i // 50:02d}_{i % 50:02d}", f"cmu/{i // 50:02d}_{i % 50:02d}.amc") for i in range(n)]


def test_every_clip_has_one_of_the_splits():
    clips = bandai() + trials()
    split = splits.assign(clips)
    assert set(split) == {c.name for c in clips}
    assert set(split.values()) == set(SPLITS)


def test_fractions():
    clips = bandai()
    count = Counter(splits.assign(clips).values())
    assert 0.06 < count["test_a"] / len(clips) < 0.09
    assert 0.02 < count["val"] / len(clips) < 0.05
    assert 0.02 < count["test_b"] / len(clips) < 0.10
    count = Counter(splits.assign(trials(4000)).values())
    assert count["test_a"] / 4000 == pytest.approx(0.06, abs=0.012)  # three standard deviations
    assert count["val"] / 4000 == pytest.approx(0.03, abs=0.009)


def test_test_a_and_val_are_blocks_of_takes_with_training_takes_between():
    clips = bandai()
    split = splits.assign(clips)
    rows = defaultdict(list)
    for c in clips:
        rows[c.labels["dataset"], c.labels["content"], c.labels["style"]].append(split[c.name])
    held = 0
    for row in rows.values():
        if len(row) < splits.MIN_TAKES or row[0] == "test_b":
            continue
        for part in ("test_a", "val"):
            takes = [i for i, s in enumerate(row) if s == part]
            assert takes and takes == list(range(takes[0], takes[-1] + 1))
            held += 1
        assert "train" in row[row.index("test_a") : row.index("val")]
    assert held > 50


def test_held_out_combinations_are_in_no_other_split_nor_is_their_mirror_image():
    clips = bandai()
    split = splits.assign(clips)
    seen = defaultdict(set)
    for c in clips:
        side_free = c.labels["content"].replace("left", "side").replace("right", "side")
        style = {"tired": "exhausted", "old": "elderly"}.get(c.labels["style"], c.labels["style"])
        seen[side_free, style].add(split[c.name] == "test_b")
    assert all(len(kinds) == 1 for kinds in seen.values())
    held = {key for key, kinds in seen.items() if kinds == {True}}
    assert ("wave-side-hand", "elderly") in held and ("run", "exhausted") in held
    train = [c for c in clips if split[c.name] == "train"]
    for content, style in held:  # each half is well known from training
        assert sum(c.labels["style"] == style for c in train) >= 1
        assert (
            sum(
                c.labels["content"].replace("left", "side").replace("right", "side") == content for c in train
            )
            >= 1
        )


def test_neither_order_nor_other_sources_matter():
    clips, others = bandai(), trials(300)
    alone, both = splits.assign(clips), clips + others
    random.Random(0).shuffle(both)
    together = splits.assign(both)
    assert {c.name: together[c.name] for c in clips} == alone
    assert {c.name: together[c.name] for c in others} == splits.assign(others)


def test_all_forms_and_pieces_of_a_trial_stay_together():
    clips = []
    for i in range(300):
        stem = f"{i // 20:02d}_{i % 20:02d}"
        clips += [
            Clip(f"amc {stem}", f"asfamc/subjects/{stem}.amc"),
            Clip(f"bvh {stem}", f"bvh/{stem}.bvh"),
            Clip(f"json {stem}", f"cmu-jumps/{stem}.txt"),
            Clip(f"amass {stem}", f"CMU/{stem[:2]}/{stem}_poses.npz"),
            Clip(f"{stem}-0", f"asfamc/subjects/{stem}.amc"),
        ]
    split = splits.assign(clips)
    for i in range(0, len(clips), 5):
        assert len({split[c.name] for c in clips[i : i + 5]}) == 1
    assert set(split.values()) == {"train", "val", "test_a"}


@pytest.mark.parametrize("subject", ["Female1", "Male1"])
def test_takes_of_one_accad_scene_stay_together(subject):
    for scene in range(1, 60):
        stems = (
            f"{subject}_B{scene:02d}_PutDownBox",
            f"{subject}_B{scene:02d}_S2_PutDownBox",
            f"{subject}_B{scene:02d}_PutDownBoxT2",
        )
        assert len(set(splits.assign([Clip(s, f"{s}.bvh") for s in stems]).values())) == 1


def test_fighters_of_one_session_and_takes_of_one_motion_stay_together():
    """SNU: two or four people recorded at once, and two takes of a walk."""
    clips = [Clip(f"{i} {j}", f"s_{i:03d}_1_{j}.bvh") for i in range(60) for j in (1, 2)]
    clips += [Clip(f"walk {i} {j}", f"wd2_Walk{'abcdefghij'[i]}0{j}.bvh") for i in range(10) for j in (1, 2)]
    split = list(splits.assign(clips).values())
    assert split[::2] == split[1::2]
    assert set(split) == {"train", "val", "test_a"}


def test_deepmimics_own_clips_are_for_training():
    clips = [Clip(f"{i}{owner}", f"{owner}humanoid3d_a{i}.txt") for i in range(40) for owner in ("", "sie_")]
    assert set(splits.assign(clips).values()) == {"train"}


def test_official_splits_are_kept():
    clips = [Clip(s, "AMASS/x_poses.npz", {"split": s}) for s in ("train", "val", "test_a")]
    assert splits.assign(clips) == {s: s for s in ("train", "val", "test_a")}
