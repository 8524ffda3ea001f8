from collections import Counter
from dataclasses import replace

import pytest
import torch

from labkit import cli
from labkit.dataset import Sample
from labkit.motion import D
from labkit.paths import LabError
from labkit.store import Clip, write_store
from labkit.training.corpus import (
    LEAST,
    MAX_FRAMES,
    MAX_WORDS,
    MIN_FRAMES,
    MOST,
    POOL,
    Corpus,
    Facts,
    label,
    may_be_true,
    rarest,
    shares,
    stated,
    weights,
)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_short_motions_and_long_sentences_are_left_out(encoder, tmp_path):
    long = " ".join(["walk"] * (MAX_WORDS + 1))
    samples = [
        Sample("short", torch.zeros(MIN_FRAMES - 1, D), ("a",), {}),
        Sample("kept", torch.zeros(MIN_FRAMES, D), ("b", long), {}),
        Sample("speechless", torch.zeros(50, D), (long,), {}),
    ]
    corpus = Corpus(samples, encoder, tmp_path)
    assert [(s.name, s.captions) for s in corpus.samples] == [("kept", ("b",))]


def test_captions_that_the_encoder_does_not_read_are_left_out_and_told_once(encoder, tmp_path, caplog):
    def sample(*captions: str) -> Sample:
        return Sample(captions[0], torch.zeros(MIN_FRAMES, D), captions, {})

    both = sample("a", "unreadable")
    samples = [both, both, sample("unreadable too"), sample("b")]
    corpus = Corpus(samples, encoder, tmp_path)
    assert [s.captions for s in corpus.samples] == [("a",), ("a",), ("b",)]
    assert [record.getMessage() for record in caplog.records] == [
        "2 captions cannot be read and are left out; the first: no, not unreadable"
    ]


def test_a_caption_whose_mirror_image_cannot_be_read_is_left_out(encoder, tmp_path, monkeypatch):
    """ "counterclockwise" takes more pieces than "clockwise"; the features of both are asked for."""
    monkeypatch.setattr(
        encoder, "refusals", lambda captions: ["too long" * ("counter" in c) for c in captions]
    )
    sample = Sample("a", torch.zeros(MIN_FRAMES, D), ("a turn", "a clockwise turn"), {})
    assert [s.captions for s in Corpus([sample], encoder, tmp_path).samples] == [("a turn",)]


@pytest.mark.slow
def test_one_strange_sentence_stops_no_training(lab, random_motion, tmp_path, caplog):
    """Captions of many pieces, of no known word, with half a character, and an empty one."""
    strange = ("x!" * 24, "🙂 ሰው", "a person \ud800", "")
    clips = [Clip(str(i), random_motion(i, 30), ("a person walks", *strange)) for i in range(3)]
    write_store(tmp_path / "strange.npz", clips, {})
    for what in ("text", "adaln"):
        assert cli.main(["train", what, "--sources", "strange.npz", "--steps", "1"]) == 0
    assert "3 captions cannot be read" in caplog.text


def test_nothing_left_to_train_on(encoder, tmp_path):
    with pytest.raises(LabError, match="nothing to train on"):
        Corpus([Sample("short", torch.zeros(3, D), ("a",), {})], encoder, tmp_path)


def test_caption_features_are_the_encoders_and_asked_for_once(samples, encoder, tmp_path):
    corpus = Corpus(samples, encoder, tmp_path)
    assert encoder.asked == 3  # distinct captions, which have no left or right to swap
    captions = ["a jump", "someone is walking", "a jump"]
    found, expected = corpus.captions(captions), encoder(captions)
    assert torch.equal(found.mask, expected.mask)
    torch.testing.assert_close(found.tokens, expected.tokens, rtol=2**-10, atol=1e-6)  # float16
    torch.testing.assert_close(found.pooled, expected.pooled, rtol=2**-10, atol=1e-6)
    encoder.asked = 0
    Corpus(samples, encoder, tmp_path)
    assert encoder.asked == 0


def test_the_cache_knows_captions_and_model(samples, encoder, tmp_path):
    Corpus(samples, encoder, tmp_path)
    encoder.asked = 0
    Corpus([*samples, replace(samples[0], captions=("something new",))], encoder, tmp_path)
    assert encoder.asked == 4
    encoder.name = "another model"
    Corpus(samples, encoder, tmp_path)
    assert encoder.asked == 7


DAMAGE = {
    "empty": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-200]),
    "something else": lambda path: torch.save([1, 2], path),
    "of fewer captions": lambda path: torch.save(
        dict(tokens=[torch.zeros(1, 12)], pooled=torch.zeros(1, 12)), path
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_cache_is_made_anew(samples, encoder, tmp_path, damage):
    expected = Corpus(samples, encoder, tmp_path).captions(["a jump"]).tokens
    (path,) = tmp_path.iterdir()
    DAMAGE[damage](path)
    for asked in (3, 0):  # and is whole again afterwards
        encoder.asked = 0
        assert torch.equal(Corpus(samples, encoder, tmp_path).captions(["a jump"]).tokens, expected)
        assert encoder.asked == asked


def test_without_a_place_for_the_cache(samples, encoder, tmp_path):
    (tmp_path / "file").touch()
    assert Corpus(samples, encoder, tmp_path / "file" / "cache").captions(["a jump"]).mask.sum() == 2


def test_rows_are_all_frames(corpus, samples):
    assert torch.equal(corpus.rows(), torch.cat([s.x for s in samples]))


def test_a_batch_is_motions_with_captions_of_their_own(corpus, samples, encoder):
    batch = corpus.batch([samples[3], samples[10]], seeded())
    assert batch.mask.sum(1).tolist() == [23, 30] and batch.x.shape == (2, 30, D)
    assert torch.equal(batch.x[0, :23], samples[3].x)
    assert batch.facts == [Facts("walk"), Facts("jump")] and batch.captions[1] == "a jump"
    torch.testing.assert_close(batch.text.pooled[1], encoder(["a jump"]).pooled[0], rtol=2**-10, atol=1e-6)


def test_every_caption_of_a_motion_is_used(corpus, samples):
    generator = seeded()
    lengths = Counter(int(corpus.batch([samples[0]], generator).text.mask.sum()) for _ in range(40))
    assert (
        lengths.total() == 40
        and len({float(corpus.batch([samples[0]], generator).text.pooled.sum()) for _ in range(40)}) == 2
    )


def test_long_motions_are_cropped_at_random_and_never_empty(encoder, tmp_path):
    x = torch.arange(MAX_FRAMES + 3.0)[:, None].expand(-1, D)
    corpus = Corpus([Sample("long", x, ("a",), {})], encoder, tmp_path)
    generator, starts = seeded(), set()
    for _ in range(60):
        batch = corpus.batch(corpus.samples, generator)
        assert batch.x.shape == (1, MAX_FRAMES, D) and batch.mask.all()
        assert (batch.x[0].diff(dim=0) == 1).all()
        starts.add(int(batch.x[0, 0, 0]))
    assert starts == {0, 1, 2, 3}


def test_rare_families_are_drawn_more_often(corpus):
    """8 walks and 4 jumps: a sample's chance goes with count^-0.7, so walks come 8^0.3 to 4^0.3."""
    batches = corpus.batches(50, seeded())
    sampled = Counter(of.family for _ in range(2 * POOL) for of in next(batches).facts)
    share = 8**0.3 / (8**0.3 + 4**0.3)
    n = sampled.total()
    assert n == 100 * POOL
    assert abs(sampled["walk"] / n - share) < 4 * (share * (1 - share) / n) ** 0.5


def test_no_family_drowns_the_others_and_none_is_lost():
    count = dict(zip("abcdefghijklmnopqrstuvwxyz", [10**8, 10**7, 1, 1, *[30_000] * 22]))
    share = shares(count)
    assert sum(share.values()) == pytest.approx(1, abs=0.01)
    assert share["a"] == pytest.approx(MOST / 26) and LEAST / 26 <= share["c"] < 1.2 * LEAST / 26
    assert share["a"] >= share["b"] > share["e"] > share["c"]


def test_a_sequence_counts_for_its_rarest_family():
    families = ["walk"] * 50 + ["walk, sit down"] * 2 + ["sit down, walk"]
    assert rarest(families)[50:] == ["sit down"] * 3
    chance = weights(families)
    assert chance[50] == chance[52] > 3 * chance[0]


def test_a_caption_says_what_stands_in_it():
    of = Facts("kick", "left", "proud", ("proud", "with pride"))
    assert stated("a person kicks with the left foot", of) == Facts("kick", "left")
    assert stated("a proud person kicks", of) == Facts("kick", "", "proud")
    assert stated("a person kicks", of) == Facts("kick")


def test_what_may_be_true_of_a_motion():
    kick = Facts("kick", "left")
    assert may_be_true(kick, kick) and may_be_true(Facts("kick"), kick) and may_be_true(kick, Facts("kick"))
    assert not may_be_true(kick, Facts("kick", "right")) and not may_be_true(Facts("punch"), kick)
    assert may_be_true(Facts("walk"), Facts("walk, sit down")) and not may_be_true(
        Facts("walk, sit down"), Facts("walk")
    )
    assert may_be_true(Facts("walk"), Facts("walk", "", "proud")) and not may_be_true(
        Facts("walk", "", "sad"), Facts("walk", "", "proud")
    )


def test_batches_need_little_padding_and_repeat_with_the_seed(corpus):
    first, again = corpus.batches(8, seeded(1)), corpus.batches(8, seeded(1))
    padding = []
    for _ in range(POOL):
        batch, same = next(first), next(again)
        assert torch.equal(batch.x, same.x) and torch.equal(batch.text.pooled, same.text.pooled)
        padding.append(float((~batch.mask).float().mean()))
    assert sum(padding) / POOL < 0.06  # unsorted batches of these lengths have 0.15


def test_labels_tell_what_is_the_same():
    def sample(name, **labels):
        return Sample(name, torch.zeros(1, D), (), labels)

    assert label(sample("a", content="walk", style="proud")) == label(
        sample("b", content="walk", style="proud")
    )
    assert label(sample("a", content="walk", style="proud")) != label(sample("b", content="walk"))
    assert label(sample("a")) != label(sample("b"))  # nothing known: each its own
