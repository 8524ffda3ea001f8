"""From a folder of finished runs to what the repository ships.

    python -m labkit.training.publish checkpoints      runs/*/*.safetensors → data/checkpoints
    python -m labkit.training.publish reference        real test motion, as the evaluator sees it
    python -m labkit.training.publish starter          captioned motions sampled from a network
    python -m labkit.training.publish sheets           docs/samples_<network>.png

All but the first look through the shipped evaluator and networks, so the order matters.
"""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from labkit.body import load_body
from labkit.checkpoint import load_denoiser, load_text
from labkit.cli import Parser, exit_status
from labkit.dataset import MotionDataset, Sample
from labkit.diffusion import sample
from labkit.evaluate import motion_features, physical
from labkit.evaluator import Evaluator, load_evaluator
from labkit.exercises.registry import use_reference
from labkit.generate import generate
from labkit.metrics import tmr_scores
from labkit.models import NETWORKS
from labkit.motion import decode, smooth
from labkit.paths import atomic_write, data_dir, existing_file
from labkit.reference import Reference, write_reference
from labkit.show import contact_sheet
from labkit.sides import lead
from labkit.store import Clip, write_store
from labkit.text import TextEncoder
from labkit.training.corpus import MAX_FRAMES, SOURCES, Corpus, label

WORST = 0.8  # TMR-Score; a motion that fits its caption less is left out of the starter set
NAMES = ("text", "evaluator", "incontext", "adaln", "cross_attention")


def publish_checkpoints(runs: Path) -> None:
    for name in NAMES:
        trained = existing_file(runs / name / f"{name}.safetensors", f"trained {name}")
        with atomic_write(data_dir() / "checkpoints" / f"{name}.safetensors") as temporary:
            shutil.copyfile(trained, temporary)


@torch.no_grad()
def real_reference(
    sources: Sequence[str | Path], split: str, cache: Path, evaluator: Evaluator, progress: bool = False
) -> Reference:
    """What the evaluator makes of a split's real motions and their mirror images, cut to six seconds."""
    dataset = MotionDataset(sources, split, mirror=True, progress=progress)
    corpus, body = Corpus(dataset, TextEncoder(), cache), load_body()
    motions = [s.x[:MAX_FRAMES] for s in corpus.samples]
    captions = [c for s in corpus.samples for c in s.captions]
    parts = [
        evaluator.text_features(corpus.captions(captions[start : start + 256])).numpy()
        for start in range(0, len(captions), 256)
    ]
    names = [recording(s) for s in corpus.samples]
    return Reference(
        motion=motion_features(evaluator, motions),
        physical=physical(motions, body),
        lengths=np.array([len(x) for x in motions]),
        labels=[label(s) for s in corpus.samples],
        text=np.concatenate(parts),
        captions=captions,
        owner=np.repeat(np.arange(len(motions)), [len(s.captions) for s in corpus.samples]),
        take=np.unique(names, return_inverse=True)[1],
        lead=np.array([float(lead(body.joints(decode(x)))) for x in motions]),
    )


def recording(sample: Sample) -> str:
    """What a sample is a piece or a mirror image of: its trial where that is known, else its own clip."""
    return sample.labels.get("trial", sample.name.removesuffix("/m"))


def make_reference(sources: Sequence[str], split: str, runs: Path) -> None:
    reference = real_reference(sources, split, runs / "cache", load_evaluator())
    write_reference(data_dir() / "reference" / f"{split}.npz", reference)


@torch.no_grad()
def make_starter(
    sources: Sequence[str], network: str, runs: Path, count: int, tries: int, steps: int, seed: int = 0
) -> None:
    """Up to `count` motions, each the best of `tries` by TMR-Score, asked for with captions of real clips.

    A motion keeps the sentence it was made from, and at most two more of the real clip's own that fit the
    sampled motion nearly as well.
    """
    corpus = Corpus(MotionDataset(sources, "train", mirror=True), TextEncoder(), runs / "cache")
    evaluator = load_evaluator()
    denoiser, schedule = load_denoiser(network)
    tower = load_text().tower
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.multinomial(corpus.weights, count, generator=generator).tolist()
    chosen.sort(key=lambda i: len(corpus.samples[i].x))  # batches of like lengths
    clips = []
    for start in tqdm(range(0, count, 16), desc="starter"):
        samples = [corpus.samples[i] for i in chosen[start : start + 16]]
        repeated = [s for s in samples for _ in range(tries)]
        text = corpus.captions([s.captions[0] for s in repeated])
        lengths = torch.tensor([min(len(s.x), MAX_FRAMES) for s in repeated])
        x = sample(denoiser, schedule, tower(text), lengths, steps=steps, generator=generator)
        motions = [smooth(row[:n], 1.0) for row, n in zip(x, lengths)]
        features = motion_features(evaluator, motions)
        scores = tmr_scores(evaluator.text_features(text).numpy(), features).reshape(-1, tries)
        for k, s in enumerate(samples):
            if scores[k].max() < WORST:
                continue
            best = k * tries + int(scores[k].argmax())
            texts = evaluator.text_features(corpus.captions(s.captions)).numpy()
            fit = tmr_scores(texts, np.repeat(features[best : best + 1], len(texts), axis=0))
            others = [s.captions[i] for i in np.argsort(-fit) if i and fit[i] > fit[0] - 0.02][:2]
            number = len(clips)
            split = "test_a" if number % 10 == 9 else "val" if number % 10 == 4 else "train"
            labels = dict(s.labels, tmr_score=f"{scores[k].max():.3f}")
            clips.append(
                Clip(f"sampled_{number:03d}", decode(motions[best]), (s.captions[0], *others), labels, split)
            )
    about = dict(
        source="starter",
        license="not for commercial use, see NOTICE.md",
        made=f"sampled from {network}, the best of {tries} by TMR-Score, smoothed; no recording of a person",
    )
    write_store(data_dir() / "starter" / "starter.npz", clips, about)


SHEET = [
    "a person walks forward",
    "someone runs like an old person",
    "a person walks and turns left",
    "a person waves with the left hand",
    "a tired person raises the right hand",
    "a person raises both hands",
    "a person bows",
    "a person dances salsa",
]


def make_sheets(steps: int) -> None:
    """The same captions and noise for each network, as pictures for people to look at."""
    for network in NETWORKS:
        motions = generate(SHEET, network, seconds=4, steps=steps, seed=1)
        contact_sheet(Path("docs") / f"samples_{network}.png", motions, load_body(), SHEET)


def main(arguments: list[str] | None = None) -> int:
    parser = Parser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        prog="python -m labkit.training.publish",
    )
    parser.add_argument("what", choices=("checkpoints", "reference", "starter", "sheets"))
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--sources", nargs="+", default=SOURCES)
    parser.add_argument("--network", default="cross_attention", help="what the starter set is drawn from")
    parser.add_argument("--count", type=int, default=280)
    parser.add_argument("--tries", type=int, default=4)
    parser.add_argument("--steps", type=int, default=50)
    args = parser.parse_args(arguments)

    def work() -> None:
        use_reference()
        if args.what == "checkpoints":
            publish_checkpoints(args.runs)
        elif args.what == "reference":
            for split in ("test_a", "test_b"):
                make_reference(args.sources, split, args.runs)
        elif args.what == "sheets":
            make_sheets(args.steps)
        else:
            make_starter(args.sources, args.network, args.runs, args.count, args.tries, args.steps)

    return exit_status(work)


if __name__ == "__main__":
    sys.exit(main())
