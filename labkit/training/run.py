"""What ``python -m labkit train`` does: one function for each thing that can be trained.

Each works in a folder of its own (states, logs, sample videos) and leaves ``<name>.safetensors`` there.
"""

from collections.abc import Sequence
from pathlib import Path


from labkit.checkpoint import load_text, write_checkpoint
from labkit.dataset import MotionDataset
from labkit.text import TextEncoder
from labkit.training.contrastive import train_towers
from labkit.training.corpus import Corpus
from labkit.training.denoiser import Recipe, Run
from labkit.training.log import Log

TEXT_SEED, EVALUATOR_SEED = 0, 1  # the metric must not share weights with what it judges


def corpus(sources: Sequence[str | Path], encoder: TextEncoder, folder: Path) -> Corpus:
    """The training split of the sources with its mirror images, captions' features cached beside the folder."""
    dataset = MotionDataset(sources, split="train", mirror=True, progress=True)
    return Corpus(dataset, encoder, folder.parent / "cache")


def train_text(sources: Sequence[str | Path], folder: Path, steps: int, device: str) -> Path:
    """The text tower the denoisers are conditioned on; its motion tower is thrown away."""
    encoder = TextEncoder()
    log = Log(folder / "text.csv", steps)
    towers = train_towers(corpus(sources, encoder, folder), encoder.width, steps, TEXT_SEED, log, device=device)
    config = dict(kind="text", encoder=None, model=towers.text.config)
    path = folder / "text.safetensors"
    write_checkpoint(path, towers.text, config, dict(steps=steps, seed=TEXT_SEED, device=device))
    return path


def train_evaluator(sources: Sequence[str | Path], folder: Path, steps: int, device: str) -> Path:
    """The evaluator: both towers, from another seed."""
    encoder = TextEncoder()
    log = Log(folder / "evaluator.csv", steps)
    data = corpus(sources, encoder, folder)
    evaluator = train_towers(data, encoder.width, steps, EVALUATOR_SEED, log, device=device)
    config = dict(kind="evaluator", encoder=None, model=evaluator.config)
    path = folder / "evaluator.safetensors"
    write_checkpoint(path, evaluator, config, dict(steps=steps, seed=EVALUATOR_SEED, device=device))
    return path


def train_network(
    network: str,
    sources: Sequence[str | Path],
    folder: Path,
    steps: int,
    device: str,
    text_checkpoint: str | Path | None = None,
    recipe: Recipe = Recipe(),
) -> Path:
    """One of the three denoisers. Goes on from ``state.pt`` where the folder has one."""
    text = load_text(text_checkpoint)
    run = Run(network, corpus(sources, text.encoder, folder), text.tower, recipe, folder, device)
    run.train(steps)
    path = folder / f"{network}.safetensors"
    write_checkpoint(path, run.ema, run.config(), run.facts())
    return path


