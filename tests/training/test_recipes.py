import pytest
from tiny import FakeEncoder, tiny_samples, tiny_tower

from labkit.paths import LabError
from labkit.stubs import use_reference
from labkit.training.corpus import Corpus
from labkit.training.denoiser import Recipe
from tools import recipes

SMALL = "patch_size=1 width=32 depth=1 heads=2 batch_size=8 learning_rate=3e-3 muon_learning_rate=3e-3"


def test_a_variant_is_steps_and_fields_of_a_recipe():
    steps, recipe = recipes.parse("steps=30 width=64 ema=0.9 kind=linear")
    assert steps == 30 and recipe == Recipe(width=64, ema=0.9, kind="linear")


WRONG = ["width=64", "steps=ten", "steps=10 breadth=3", "steps=10 width", "steps=-4", "steps=4 patch_size=0"]
WRONG += ["steps=4 heads=3", "steps=4 kind=round"]


@pytest.mark.parametrize("text", WRONG)
def test_another_text_is_one_line(text, capsys):
    assert recipes.main([text]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and error.startswith("labkit: ")
    with pytest.raises(LabError):
        recipes.parse(text)


@pytest.mark.slow
def test_a_longer_training_has_less_loss_and_variants_do_not_depend_on_each_other(tmp_path, monkeypatch):
    monkeypatch.setattr(recipes, "BATCHES", 2)
    use_reference()
    corpus = Corpus(tiny_samples(), FakeEncoder(), tmp_path)
    variants = [f"steps={steps} {SMALL}" for steps in (60, 4, 60)]
    lines = recipes.compare("incontext", variants, corpus, corpus, tiny_tower())
    long, short, again = ([float(x) for x in line.split()[-6:-2]] for line in lines)
    assert long == again
    assert sum(long) < 0.9 * sum(short)
