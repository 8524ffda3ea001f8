"""Train the shipped weights of a network further: new optimizers, a new decay of the learning rate.

    python -m tools.train_on adaln --steps 5000 --shift 16    → runs/adaln/adaln.safetensors and adaln.csv

The weights count all steps, the former ones too, and the log contains them. An interrupted run goes on from
runs/adaln/more/state.pt; weights are written every 250 steps.
"""

import argparse
import csv
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from labkit.checkpoint import load_denoiser, load_text, read_checkpoint, write_checkpoint
from labkit.cli import Parser, exit_status, number
from labkit.device import best_device
from labkit.models import NETWORKS
from labkit.paths import atomic_write, data_dir
from labkit.settings import standard_settings
from labkit.stubs import use_reference
from labkit.training.corpus import SOURCES
from labkit.training.denoiser import Recipe, Run
from labkit.training.run import corpus, digest_of_sources, digest_of_weights


def joined(former: Path, new: Path, steps: int) -> list[list[str]]:
    """The rows of two logs, header first; the new one's steps and seconds begin where the former's end.

    The new one may be missing: a run of a few steps has no line yet.
    """
    with open(former, newline="") as file:
        header, *rows = csv.reader(file)
    more = list(csv.reader(new.read_text("utf-8").splitlines()))[1:] if new.is_file() else []
    seconds = float(rows[-1][1])
    return [
        header, *rows, *([str(int(n) + steps), f"{float(s) + seconds:.1f}", *rest] for n, s, *rest in more)
    ]  # fmt: skip


@standard_settings()
def train_on(network: str, sources: Sequence[str | Path], folder: Path, steps: int, recipe: Recipe) -> Path:
    """Train shipped weights for `steps` steps more → the new weights, in `folder`, beside their log."""
    checkpoints, target = data_dir() / "checkpoints", folder / f"{network}.safetensors"
    _, _, former = read_checkpoint(checkpoints / target.name, network)
    text, more = load_text(None), folder / "more"
    origin = {"set of sources": digest_of_sources(sources), "text tower": digest_of_weights(text.tower)}
    data = corpus(sources, text.encoder, folder)
    run = Run(network, data, text.tower, recipe, more, best_device(None), origin)
    if run.step == 0:
        shipped = load_denoiser(network)[0].state_dict()
        run.network.load_state_dict(shipped)
        run.ema.load_state_dict(shipped)

    def write(run: Run) -> None:
        facts = run.facts()
        facts |= {name: round(former[name] + facts[name], 2) for name in ("steps", "hours")}
        write_checkpoint(target, run.ema, run.config(), facts)

    run.train(steps, callback=write, callback_every=250)
    write(run)
    log = joined(checkpoints / "logs" / f"{network}.csv", more / f"{network}.csv", former["steps"])
    with atomic_write(target.with_suffix(".csv")) as temporary, open(temporary, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(log)
    return target


def main(arguments: list[str] | None = None) -> int:
    default = Recipe()
    parser = Parser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        prog="python -m tools.train_on",
    )
    parser.add_argument("network", choices=tuple(NETWORKS))
    parser.add_argument("--steps", type=number(int, 1), required=True, help="to add")
    parser.add_argument(
        "--shift", type=number(float, 1), default=default.shift, help="of the timesteps towards noise"
    )
    parser.add_argument(
        "--rate", type=number(float, 0), default=0.6, help="learning rates, as a share of the recipe's"
    )
    parser.add_argument("--seed", type=int, default=1, help="another than before: other batches")
    parser.add_argument("--sources", nargs="+", default=[*SOURCES, "derived"])
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    args = parser.parse_args(arguments)
    recipe = replace(
        default, learning_rate=args.rate * default.learning_rate, shift=args.shift, seed=args.seed,
        muon_learning_rate=args.rate * default.muon_learning_rate,
    )  # fmt: skip

    def work() -> None:
        use_reference()
        print(train_on(args.network, args.sources, args.runs / args.network, args.steps, recipe))

    return exit_status(work)


if __name__ == "__main__":
    sys.exit(main())
