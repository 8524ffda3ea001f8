import pytest
from tiny import FakeEncoder, tiny_samples, tiny_tower

from labkit.training.corpus import Corpus


@pytest.fixture
def encoder():
    return FakeEncoder()


@pytest.fixture
def samples():
    return tiny_samples()


@pytest.fixture
def tower():
    return tiny_tower()


@pytest.fixture
def corpus(samples, encoder, tmp_path):
    return Corpus(samples, encoder, tmp_path / "cache")
