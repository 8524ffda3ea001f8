import math

import pytest
import torch
from torch.nn import functional

from labkit.training.contrastive import TEMPERATURE, info_nce, swap, train_towers, truth
from labkit.training.corpus import Facts, TrainingBatch
from labkit.training.log import Log


def same(labels: str | list[str]) -> torch.Tensor:
    return torch.tensor([[a == b for b in labels] for a in labels])


def slow_info_nce(text: torch.Tensor, motions: torch.Tensor, labels: list[str]) -> float:
    """Radford et al. 2021, one pair at a time; a pair of one label is no negative."""
    total, B = 0.0, len(labels)
    for queries, keys in ((text, motions), (motions, text)):
        for i in range(B):
            scores = [math.exp(float(queries[i] @ keys[j]) / TEMPERATURE) for j in range(B)]
            others = sum(scores[j] for j in range(B) if labels[j] != labels[i])
            total -= math.log(scores[i] / (scores[i] + others)) / B
    return total / 2


@pytest.mark.parametrize("labels", ["abcdef", "aabbcc", "aaaabc", "abcabc", "aaaaaa"])
def test_is_the_slow_loops(labels):
    generator = torch.Generator().manual_seed(0)
    text, motions = functional.normalize(torch.randn(2, 6, 5, generator=generator), dim=-1)
    found = info_nce(text, motions, same(labels))
    assert float(found) == pytest.approx(slow_info_nce(text, motions, list(labels)), rel=1e-4, abs=1e-6)


def test_false_negatives_get_no_gradient():
    """Two walks: the text of one does not determine the motion of the other."""
    text, motions = torch.eye(3), torch.eye(3).requires_grad_()
    info_nce(text, motions, same(["walk", "walk", "jump"])).backward()
    assert motions.grad[0, 1] == motions.grad[1, 0] == 0
    assert motions.grad[0, 2] != 0 and motions.grad[2, 0] != 0


def test_a_swapped_caption_pushes_its_motion_away():
    text, motions = torch.eye(3), torch.eye(3).requires_grad_()
    swapped = functional.normalize(torch.tensor([[1.0, 0, 0.2]]), dim=-1)
    plain = info_nce(text, motions, torch.eye(3).bool())
    hard = info_nce(text, motions, torch.eye(3).bool(), swapped, torch.tensor([[False, True, False]]))
    assert hard > plain + 0.05
    [away] = torch.autograd.grad(hard, motions)
    [before] = torch.autograd.grad(plain, motions)
    push = (away - before) @ swapped[0]
    assert push[0] > 1e-3 and push[2] > 1e-6 and push[1] == 0  # where it may be true it does nothing


def test_captions_with_a_side_are_swapped():
    facts = [
        Facts("kick", "left"),
        Facts("kick", "left"),
        Facts("walk"),
        Facts("walk and turn twice", "left, right"),
    ]
    said = ["kick with the left foot", "a person kicks", "walk", "turn left and then right"]
    batch = TrainingBatch(torch.zeros(0), torch.zeros(0), None, facts, said)
    captions, claims = swap(batch)
    assert captions == ["kick with the right foot", "turn right and then left"]
    assert claims == [Facts("kick", "right"), Facts("walk and turn twice", "right, left")]
    assert truth(claims, facts).tolist() == [[False] * 4, [False] * 4]


def test_symmetric_in_text_and_motion():
    text, motions = functional.normalize(torch.randn(2, 4, 5), dim=-1)
    torch.testing.assert_close(info_nce(text, motions, same("abca")), info_nce(motions, text, same("abca")))


@pytest.mark.slow
def test_towers_learn_which_motion_a_caption_means(corpus, encoder, tmp_path):
    log = Log(tmp_path / "towers.csv", total=120, every=1)
    evaluator = train_towers(corpus, encoder.width, 120, seed=0, log=log, batch_size=8)
    assert not evaluator.training and not any(p.requires_grad for p in evaluator.parameters())
    walk, jump = corpus.samples[0].x[None, :20], corpus.samples[-1].x[None, :20]
    motions = evaluator.motion_features(torch.cat([walk, jump]), torch.ones(2, 20, dtype=torch.bool))
    scores = evaluator.text_features(encoder(["a person walks", "a jump"])) @ motions.T
    assert scores[0, 0] > scores[0, 1] + 0.2 and scores[1, 1] > scores[1, 0] + 0.2
    losses = [float(line.split(",")[2]) for line in log.path.read_text().splitlines()[1:]]
    mixed = [loss for loss in losses if loss > 1e-5]  # batches of nothing but walks have none
    assert len(losses) == 120 and mixed[-1] < mixed[0]
