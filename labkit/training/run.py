"""What ``python -m labkit train`` does: one function for each kind of model.

Each writes states, logs, sample videos and ``<name>.safetensors`` to its own folder.
"""

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn
from tqdm import tqdm

from labkit.body import load_body
from labkit.checkpoint import load_text, write_checkpoint
from labkit.dataset import MotionDataset, store_path
from labkit.diffusion import sample
from labkit.motion import decode
from labkit.paths import LabError
from labkit.render.video import require_finite
from labkit.settings import standard_settings
from labkit.show import render_video
from labkit.text import TextConditioner, TextEncoder
from labkit.training import parallel
from labkit.training.contrastive import train_towers
from labkit.training.corpus import Corpus
from labkit.training.denoiser import Recipe, Run
from labkit.training.log import Log

LOOK_AT = ["a person walks forward", "a person waves with the left hand", "someone runs", "a person bows"]
SEEDS = {"text": 0, "evaluator": 1}  # the metric must not share weights with what it judges


def corpus(sources: Sequence[str | Path], encoder: TextEncoder, folder: Path) -> Corpus:
    """The training split of the sources with its mirror images; features of captions are cached.

    The cache is the folder ``cache`` beside `folder`. Raises LabError as `MotionDataset` and `Corpus` do.
    """
    dataset = MotionDataset(sources, split="train", mirror=True, progress=parallel.rank() == 0)
    with parallel.first_before_others():
        return Corpus(dataset, encoder, folder.parent / "cache")


@standard_settings()
def train_tower(
    what: str,
    sources: Sequence[str | Path],
    folder: Path,
    steps: int,
    device: str,
    text_model: str | None = None,
    seed: int | None = None,
) -> Path:
    """Train the "text" tower that conditions the denoisers, or the "evaluator" (both towers) → its file.

    Each is trained as a pair of towers, from different seeds; the motion tower of "text" is not stored.
    what: "text" or "evaluator". sources: as in `MotionDataset`. steps: of the optimizer. text_model: as in
    `TextEncoder`. seed: that of SEEDS by default. Raises LabError under torchrun.
    """
    if parallel.launched():
        raise LabError(f"the {what} takes minutes and is trained by one process: start it without torchrun")
    encoder = TextEncoder(text_model)
    log = Log(folder / f"{what}.csv", steps)
    data = corpus(sources, encoder, folder)
    seed = SEEDS[what] if seed is None else seed
    pair = train_towers(data, encoder.width, steps, seed, log, device=device)
    module = pair.text if what == "text" else pair
    config = dict(kind=what, encoder=text_model, model=module.config)
    path = folder / f"{what}.safetensors"
    write_checkpoint(path, module, config, dict(steps=steps, seed=seed, device=device))
    return path


@standard_settings()
def train_network(
    network: str,
    sources: Sequence[str | Path],
    folder: Path,
    steps: int,
    device: str,
    text_checkpoint: str | Path | None = None,
    recipe: Recipe | None = None,
) -> Path:
    """Train one of the three denoisers → its file. Resumes from ``state.pt`` if the folder has one.

    Every thousand steps a sample video is written to ``samples/``.
    network: a key of `NETWORKS`. sources: as in `MotionDataset`. steps: total number, those already done
    included. text_checkpoint: of the text tower; the shipped one by default. Raises LabError as `Run` does.
    """
    path = folder / f"{network}.safetensors"
    with parallel.processes(device) as device:
        text = load_text(text_checkpoint)
        data = corpus(sources, text.encoder, folder)
        origin = {"set of sources": digest_of_sources(sources), "text tower": digest_of_weights(text.tower)}
        run = Run(network, data, text.tower, recipe or Recipe(), folder, device, origin)
        run.train(steps, callback=lambda run: write_samples(run, text))
        if parallel.rank() == 0:
            write_checkpoint(path, run.ema, run.config(), run.facts())
    return path


def digest_of_sources(sources: Sequence[str | Path]) -> str:
    """A digest of the stores' contents, independent of their order and paths."""
    digests = sorted(hashlib.sha256(store_path(source).read_bytes()).hexdigest() for source in sources)
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def digest_of_weights(module: nn.Module) -> str:
    """A digest of all weights of the module."""
    digest = hashlib.sha256()
    for name, value in sorted(module.state_dict().items()):
        digest.update(name.encode() + value.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


def write_samples(run: Run, text: TextConditioner) -> None:
    """Write a video of the captions LOOK_AT, sampled with the EMA weights, always from the same noise.

    Where the video cannot be written, a message is printed and training continues. Raises LabError for NaN.
    """
    x = sample(
        run.ema, run.objective.schedule, text.to(run.device)(LOOK_AT), torch.full((len(LOOK_AT),), 80),
        generator=torch.Generator().manual_seed(0),
    )  # fmt: skip
    motions = [decode(row) for row in x.cpu()]
    for motion in motions:
        require_finite(motion)
    path = run.folder / "samples" / f"step_{run.step:06d}.mp4"
    try:
        render_video(path, motions, load_body(), LOOK_AT, size=320, progress=False)
    except LabError as error:
        tqdm.write(f"labkit: no sample video: {error}", file=sys.stderr)
