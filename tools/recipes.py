"""Compare training recipes by short runs of one network: the loss on the validation split.

python -m tools.recipes "steps=400 patch_size=1 batch_size=32" "steps=950 batch_size=32"

Each variant is `steps` (of training) and the fields of `Recipe` that it changes. Validation has the same
captions, steps t and noise for all variants. Weights are the run's averages.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import torch
from torch import Tensor

from labkit.checkpoint import load_text
from labkit.cli import Parser, exit_status
from labkit.dataset import MotionDataset
from labkit.diffusion import Schedule
from labkit.models import NETWORKS
from labkit.paths import LabError
from labkit.stubs import use_reference
from labkit.text import TextTower
from labkit.training.corpus import SOURCES, Corpus
from labkit.training.denoiser import Recipe, Run, by_quarter, stratified_timesteps

BATCHES, B = 12, 32  # of the validation


def parse(text: str) -> tuple[int, Recipe]:
    """Steps and recipe of a variant. Raises LabError for unknown names and values."""
    types = {field.name: type(getattr(Recipe(), field.name)) for field in fields(Recipe)} | {"steps": int}
    values = {}
    for part in text.split():
        name, _, value = part.partition("=")
        try:
            values[name] = types[name](value)
        except (KeyError, ValueError):
            raise LabError(f"{part!r} is no NAME=VALUE of a recipe: names are {', '.join(types)}") from None
    if "steps" not in values:
        raise LabError(f"{text!r}: add steps=N")
    steps, recipe = values.pop("steps"), replace(Recipe(), **values)
    counts = steps, recipe.T, recipe.patch_size, recipe.width, recipe.heads, recipe.batch_size
    if min(counts) < 1 or recipe.width % recipe.heads:
        raise LabError(f"{text!r}: counts are 1 or more, and width is a multiple of heads")
    try:
        Schedule(recipe.T, recipe.kind, recipe.prediction_type)
    except ValueError as error:
        raise LabError(f"{text!r}: {error}") from error
    return steps, recipe


@torch.no_grad()
def validate(run: Run, corpus: Corpus) -> dict[str, Tensor]:
    """The plain loss of the averaged weights in each quarter of the schedule."""
    generator, batches = torch.Generator().manual_seed(0), corpus.batches(B, torch.Generator().manual_seed(5))
    steps, losses = [], []
    for _ in range(BATCHES):
        batch = next(batches)
        steps.append(stratified_timesteps(B, run.recipe.T, generator))
        noise = torch.randn(batch.x.shape, generator=generator)
        losses.append(run.objective(run.ema, batch, steps[-1], noise, torch.zeros(B, dtype=torch.bool))[1])
    return by_quarter(torch.cat(losses), torch.cat(steps), run.recipe.T)


def compare(network: str, variants: Sequence[str], train: Corpus, val: Corpus, tower: TextTower) -> list[str]:
    """A line for each variant: its loss by quarter, and the seconds of processor time it took."""
    width, lines = max(map(len, variants)), []
    for variant, (steps, recipe) in zip(variants, map(parse, variants)):
        with tempfile.TemporaryDirectory() as folder:
            run = Run(network, train, tower, recipe, Path(folder), "cpu")
            begin = time.process_time()
            run.train(steps, save_every=steps + 1)
            seconds = time.process_time() - begin
            losses = " ".join(f"{float(loss):8.4f}" for loss in validate(run, val).values())
        lines.append(f"{variant:{width}} {losses} {seconds:8.0f} s")
    return lines


def main(arguments: list[str] | None = None) -> int:
    parser = Parser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        prog="python -m tools.recipes",
    )
    parser.add_argument("variants", nargs="+", metavar="VARIANT", help='such as "steps=400 depth=6"')
    parser.add_argument("--network", choices=tuple(NETWORKS), default="cross_attention")
    parser.add_argument(
        "--sources", nargs="+", default=list(SOURCES), help="prepared sources or paths of stores"
    )
    parser.add_argument("--text-checkpoint", type=Path, help="the shipped text tower by default")
    args = parser.parse_args(arguments)

    def work() -> None:
        for variant in args.variants:
            parse(variant)
        use_reference()
        text, cache = load_text(args.text_checkpoint), Path("runs") / "cache"
        val, train = (
            Corpus(MotionDataset(args.sources, split=split, mirror=split == "train"), text.encoder, cache)
            for split in ("val", "train")
        )
        print(*compare(args.network, args.variants, train, val, text.tower), sep="\n")

    return exit_status(work)


if __name__ == "__main__":
    sys.exit(main())
