"""The lab's steps as commands. Nothing is computed here."""

import argparse
import math
import re
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from labkit.errors import reader_left
from labkit.paths import LabError, alone, check_writable, escape_unprintable, existing_file
from labkit.stubs import EmptyExercise, use_reference

EPILOG = """examples:
  python -m labkit generate --reference --text "a person waves with the left hand"
  python -m labkit visualize out/generation_ddpm_cross_attention.npz
  python -m labkit evaluate --reference --network incontext --batches 2

Commands run what you have written; --reference runs the reference solutions instead.
"""

NETWORKS = ("incontext", "adaln", "cross_attention")


def number(kind: type, low: float, high: float = math.inf):
    """An argparse type: a finite number from low to high; raises ArgumentTypeError for others."""

    def parse(text: str):
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not low <= value <= high or math.isinf(value):
            until = f" to {high:g}" if high < math.inf else " or more"
            raise argparse.ArgumentTypeError(f"{text!r} is not a number of {low:g}{until}")
        return value

    return parse


class Parser(argparse.ArgumentParser):
    """What argparse finds wrong is one line too, and no terminal's encoding stops what a command prints."""

    def parse_args(self, *args, **kwargs):
        """Parse as argparse does; afterwards prints escape what the terminal cannot encode."""
        escape_unprintable()
        return super().parse_args(*args, **kwargs)

    def error(self, message: str):
        """Print one line and exit with status 2."""
        name = re.sub(r"python -m (\w+).*", r"\1", self.prog)
        self.exit(2, f"{name}: {message} (see {self.prog} --help)\n")


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands and options."""
    parser = Parser(
        prog="python -m labkit",
        description="Text-to-human-motion diffusion, step by step.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, does: str, exercises: bool = True) -> argparse.ArgumentParser:
        p = commands.add_parser(
            name, help=does, description=does, formatter_class=argparse.ArgumentDefaultsHelpFormatter
        )
        if exercises:
            p.add_argument(
                "--reference", action="store_true",
                help="the reference solutions in the place of what you wrote, where they are installed",
            )  # fmt: skip
        return p

    samplers = ("ddpm", "ddim")
    device = dict(choices=("cpu", "cuda"), help="where to compute; the GPU where there is one")
    guidance = dict(type=number(float, 0, 100), default=3.0, help="scale, at steps below 0.95 T; 1 is none")
    raw = dict(action="store_true", help="the network's output without clean-up of jitter, feet and floor")

    p = add("visualize", "Draw a motion to a video.", exercises=False)
    p.add_argument(
        "motion", nargs="?", default="0", help="an .npz that generate wrote, or number or name in --source"
    )
    p.add_argument(
        "--source", default="starter", help="starter, a prepared source (bandai, ...), or a store's path"
    )
    p.add_argument("--body", type=Path, help="an official SMPL file (.pkl or .npz); the open body without it")
    p.add_argument("--out", type=Path, default=Path("out/smpl.mp4"), help="the video")

    p = add("generate", "Turn captions into motion: a video, and SMPL parameters beside it.")
    p.add_argument("--text", nargs="+", default=["a person walks forward"], help="one caption or several")
    p.add_argument("--network", choices=NETWORKS, default="cross_attention", help="how the caption enters")
    p.add_argument("--sampler", choices=samplers, default="ddpm")
    p.add_argument("--steps", type=number(int, 1, 1000), default=15, help="denoising steps")
    p.add_argument("--guidance", **guidance)
    p.add_argument("--seconds", type=number(float, 0.05, 10), default=6.0, help="length of the motion")
    p.add_argument("--seed", type=number(int, 0, 2**63 - 1), default=0, help="another seed, another motion")
    p.add_argument("--batch-size", type=number(int, 1, 6), default=1, help="motions for each caption")
    p.add_argument("--raw", **raw)
    p.add_argument("--checkpoint", type=Path, help="weights of your own for the network")
    p.add_argument("--text-checkpoint", type=Path, help="the text tower that network was trained with")
    p.add_argument("--body", type=Path, help="an official SMPL file (.pkl or .npz); the open body without it")
    p.add_argument("--out", type=Path, help="the video (default: out/generation_SAMPLER_NETWORK.mp4)")
    p.add_argument("--device", **device)

    p = add("evaluate", "Measure a network against held-out real motion.")
    p.add_argument("--network", choices=NETWORKS, default="cross_attention")
    p.add_argument("--all", action="store_true", help="all three networks, and real motion beside them")
    p.add_argument(
        "--checkpoint", type=Path, help="weights of your own: a file, or a folder with NETWORK.safetensors"
    )
    p.add_argument("--text-checkpoint", type=Path, help="the text tower they were trained with")
    p.add_argument(
        "--split", choices=("test_a", "test_b"), default="test_a", help="held-out takes, or combinations"
    )
    p.add_argument("--batches", type=number(int, 1), default=2, help="the full evaluation takes 10")
    p.add_argument(
        "--more", action="store_true",
        help="left or right asked for 100 times, and several motions of one caption: 180 motions more",
    )  # fmt: skip
    p.add_argument(
        "--actions", action="store_true",
        help="no metrics: everyday actions asked for in several phrasings, and whether the body does them",
    )  # fmt: skip
    p.add_argument("--seeds", type=number(int, 1), default=2, help="of --actions: motions for each caption")
    p.add_argument("--batch-size", type=number(int, 4), default=64)
    p.add_argument("--sampler", choices=samplers, default="ddpm")
    p.add_argument("--steps", type=number(int, 1, 1000), default=15, help="denoising steps")
    p.add_argument("--guidance", **guidance)
    p.add_argument("--raw", **raw)
    p.add_argument("--seed", type=number(int, 0, 2**63 - 1), default=0)
    p.add_argument("--device", **device)

    p = add("train", "Train a network, the text tower or the evaluator; goes on where it was stopped.")
    p.add_argument("what", choices=(*NETWORKS, "text", "evaluator"))
    p.add_argument("--sources", nargs="+", default=["starter"], help="prepared sources or paths of stores")
    p.add_argument(
        "--steps", type=number(int, 1), help="in all (default: 8500 for a network, 1000 for a tower)"
    )
    p.add_argument("--seed", type=number(int, 0, 2**63 - 1), help="of a tower: for a second evaluator, say")
    p.add_argument("--out", type=Path, default=Path("runs"), help="folder for states, logs and weights")
    p.add_argument("--text-checkpoint", type=Path, help="text tower of your own; the shipped one by default")
    p.add_argument(
        "--text-model", help="language model under a tower: a name or folder (default: all-MiniLM-L6-v2)"
    )
    p.add_argument("--device", **device)

    p = add("check", "Run the checks of notebooks, without opening them.", exercises=False)
    p.add_argument("notebook", type=Path, nargs="+", help="an .ipynb file; it is not changed")

    p = add("data", "Count motions, captions, lengths and words of a source.", exercises=False)
    p.add_argument("--source", default="starter", help="starter, a prepared source, or a store's path")
    return parser


def check_video(path: Path) -> None:
    """Raises LabError where no video could be written to `path`."""
    if path.suffix.lower() != ".mp4":
        raise LabError(f"--out {path} is not a video: give it the ending .mp4")
    check_writable(path)


# Each command imports what it needs: `--help` should not wait for torch.


def visualize(args: argparse.Namespace) -> None:
    """Draw a motion file or a clip of a source as a video. Raises LabError where that fails."""
    from labkit.body import load_body
    from labkit.dataset import find_clip
    from labkit.show import render_video
    from labkit.smpl_file import read_smpl

    check_video(args.out)
    body = load_body(args.body)
    if Path(args.motion).suffix.lower() in (".npz", ".npy", ".bvh", ".amc") or Path(args.motion).is_file():
        motion, caption = read_smpl(args.motion, body)
    else:
        clip = find_clip(args.source, args.motion)
        motion, caption = clip.motion, clip.captions[0]
    print(render_video(args.out, motion, body, caption))


def generate(args: argparse.Namespace) -> None:
    """Write the motions of captions and their video. Raises LabError for more than 6, and on failure."""
    from labkit.body import load_body
    from labkit.diffusion import SamplingConfig
    from labkit.generate import generate
    from labkit.show import render_video
    from labkit.smpl_file import write_smpl

    captions = [text for text in args.text for _ in range(args.batch_size)]
    if len(captions) > 6:
        raise LabError(f"{len(captions)} motions in one video are too many: ask for at most 6")
    out = args.out or Path("out") / f"generation_{args.sampler}_{args.network}.mp4"
    check_video(out)
    body = load_body(args.body)
    config = SamplingConfig(
        sampler=args.sampler, steps=args.steps, guidance_scale=args.guidance, seed=args.seed
    )
    motions = generate(
        captions, args.network, seconds=args.seconds, config=config, raw=args.raw,
        checkpoint=args.checkpoint, text_checkpoint=args.text_checkpoint, device=args.device, progress=True,
    )  # fmt: skip
    numbers = [f"_{i}" for i in range(len(motions))] if len(motions) > 1 else [""]
    files = [out.with_name(f"{out.stem}{number}.npz") for number in numbers]
    for npz, motion, caption in zip(files, motions, captions):
        write_smpl(npz, motion, body, caption)  # before the video, which needs a working ffmpeg
    try:
        print(render_video(out, motions, body, captions))
    except LabError as error:
        raise LabError(f"{error} (the motion is kept: python -m labkit visualize {files[-1]})") from error


def evaluate(args: argparse.Namespace) -> None:
    """Print the scores of one network or of all three. Raises LabError where a file is missing."""
    from labkit.action_table import action_table, try_actions
    from labkit.diffusion import SamplingConfig
    from labkit.evaluate import choose_captions, sample_captions, score_samples
    from labkit.extra_metrics import NOTHING, extra_metrics, extra_metrics_of_real
    from labkit.reference import load_reference
    from labkit.scores import score_mean_motion, score_real, table

    if args.all and args.checkpoint and not args.checkpoint.is_dir():
        raise LabError("--all takes a folder of all three networks' weights as --checkpoint")
    networks = NETWORKS if args.all else (args.network,)
    checkpoints = dict.fromkeys(networks, args.checkpoint)
    if args.checkpoint and args.checkpoint.is_dir():
        checkpoints = {network: args.checkpoint / f"{network}.safetensors" for network in networks}
    for path in filter(None, (*checkpoints.values(), args.text_checkpoint)):
        existing_file(path, "checkpoint")  # before the work, not after it

    config = SamplingConfig(
        sampler=args.sampler, steps=args.steps, guidance_scale=args.guidance, seed=args.seed
    )

    def settings(network: str) -> dict:
        return dict(
            config=config, raw=args.raw, batch_size=args.batch_size, checkpoint=checkpoints[network],
            text_checkpoint=args.text_checkpoint, device=args.device,
        )  # fmt: skip

    if args.actions:
        hits = {network: try_actions(network, args.seeds, **settings(network)) for network in networks}
        print(action_table(hits))
        return
    reference = load_reference(args.split)
    indices = choose_captions(reference, args.batches, args.batch_size, args.seed)
    columns = [score_real(reference, indices)]
    if args.all:
        columns += [score_real(reference, indices, shuffled=True), score_mean_motion(reference, indices)]
    if args.more:
        for scores, metrics in zip(columns, [extra_metrics_of_real(reference), NOTHING, NOTHING]):
            scores.metrics.update(metrics)
    baselines = len(columns)
    try:
        for network in networks:
            samples = sample_captions(network, reference, indices, **settings(network))
            scores = score_samples(samples, reference)
            if args.more:
                scores.metrics.update(extra_metrics(network, reference, indices, **settings(network)))
            columns.append(scores)
    finally:  # a network that fails, or Ctrl-C, does not cost those that are done
        if len(columns) > baselines:
            print(table(columns))


def train(args: argparse.Namespace) -> None:
    """Train a tower or a denoiser, and print its file. Raises LabError where that fails."""
    from labkit.device import best_device
    from labkit.training import parallel, run

    device, folder = best_device(args.device), args.out / args.what
    check_writable(folder / "state.pt")
    with alone(folder) if parallel.rank() == 0 else nullcontext():
        if args.what in run.SEEDS:
            path = run.train_tower(
                args.what, args.sources, folder, args.steps or 1000, device, args.text_model, args.seed
            )
        else:
            path = run.train_network(
                args.what, args.sources, folder, args.steps or 8500, device, args.text_checkpoint
            )
    if parallel.rank() == 0:
        print(path)


def data(args: argparse.Namespace) -> None:
    """Print the size of a source. Raises LabError where there is none."""
    from labkit.dataset import MotionDataset, dataset_summary

    print(dataset_summary(MotionDataset(args.source)))


def check(args: argparse.Namespace) -> None:
    """Raises LabError at the end where an exercise is not right."""
    from labkit.exercises.notebook import check_notebook

    wrong = right = 0
    for path in args.notebook:
        print(f"{path}:", flush=True)
        for checked in check_notebook(path):
            print(f"  {checked.message}", flush=True)
            wrong += checked.points < checked.total
            right += checked.points == checked.total
    if wrong:
        raise LabError(f"{right} of {right + wrong} exercises are right; the others are named above")


def exit_status(work: Callable[[], object]) -> int:
    """Run the command. A LabError or an interrupt is one line on stderr and a status other than 0."""
    try:
        work()
        print(end="", flush=True)
    except BrokenPipeError:
        return reader_left()
    except (LabError, EmptyExercise, OSError) as error:  # OSError: a folder not to be written to, a full disk
        print(f"labkit: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("labkit: stopped", file=sys.stderr)
        return 130
    return 0


def main(arguments: list[str] | None = None) -> int:
    """Run the command that `arguments`, by default those of the process, name → the exit status."""
    args = build_parser().parse_args(arguments)

    def work() -> None:
        from labkit.device import limit_threads

        limit_threads()
        if getattr(args, "reference", False):
            use_reference()
        elif hasattr(args, "reference"):
            from labkit.exercises.recorded_solution import use_recorded_solution

            use_recorded_solution("code14")  # guidance is given until notebook 05
        globals()[args.command](args)

    return exit_status(work)
