"""The steps from published motion capture to training data, as commands. Nothing is computed here."""

import argparse
from pathlib import Path

from labkit.cli import Parser, exit_status, number
from labkit.cores import cores
from labkit.paths import data_dir

EPILOG = """examples:
  python -m labkit_data fetch --source bandai
  python -m labkit_data prepare --source bandai data/raw/bandai
  python -m labkit_data derive bandai cmu
  python -m labkit data --source bandai

docs/data.md describes the layout of each source.
"""

FETCHED = ("bandai", "cmu")
PREPARED = ("bandai", "cmu", "accad", "deepmimic", "mesh2motion", "snu", "animated_drawings", "humanml3d")


def build_parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m labkit_data",
        description="Fetch motion capture and prepare it for training.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, does: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name, help=does, description=does, formatter_class=argparse.ArgumentDefaultsHelpFormatter
        )

    p = add("fetch", "Download what may be downloaded.")
    p.add_argument("--source", required=True, choices=FETCHED)
    p.add_argument("--out", type=Path, default=Path("data/raw"), help="folder; each source has a subfolder")
    p.add_argument("--base-url", help="a mirror")

    p = add("prepare", "Retarget, caption, split and store a folder of motion capture.")
    p.add_argument("path", type=Path, help="the source as its owner lays it out")
    p.add_argument("--source", required=True, choices=PREPARED)
    p.add_argument("--out", type=Path, help="the store (default: data/prepared/SOURCE.npz)")
    p.add_argument("--workers", type=number(int, 1, 256), default=cores(), help="processes")

    p = add("derive", "Make clips that no recording shows from training clips of prepared sources.")
    p.add_argument("sources", nargs="+", metavar="SOURCE", help="prepared sources, or stores' paths")
    p.add_argument("--out", type=Path, help="the store (default: data/prepared/derived.npz)")
    return parser


# Each command imports what it needs: `--help` should not wait for torch.


def fetch(args: argparse.Namespace) -> None:
    from labkit_data.fetch import fetch

    print(fetch(args.source, args.out / args.source, args.base_url))


def prepare(args: argparse.Namespace) -> None:
    from labkit_data.pipeline import prepare

    out = args.out or data_dir() / "prepared" / f"{args.source}.npz"
    print(prepare(args.source, args.path, out, args.workers))


def derive(args: argparse.Namespace) -> None:
    from labkit.dataset import store_path
    from labkit_data.derive import derive

    print(derive([store_path(s) for s in args.sources], args.out or data_dir() / "prepared" / "derived.npz"))


def main(arguments: list[str] | None = None) -> int:
    args = build_parser().parse_args(arguments)
    return exit_status(lambda: globals()[args.command](args))
