"""From a folder of finished runs to the data files of the repository.

    python -m tools.publish checkpoints      runs/*/*.safetensors and *.csv → data/checkpoints
    python -m tools.publish reference        the evaluator's features of real test motion
    python -m tools.publish starter          captioned motions sampled from a network
    python -m tools.publish scores           data/checkpoints/scores.json, which tests compare with
    python -m tools.publish sheets           docs/samples_<network>.png and docs/training.png

All but the first use the shipped evaluator and networks, so the order matters.
"""

import argparse
import json
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from labkit.action_table import SECONDS
from labkit.body import Body, load_body
from labkit.cli import Parser, exit_status
from labkit.dataset import MotionDataset, Sample
from labkit.diffusion import SamplingConfig
from labkit.evaluate import choose_captions, sample_captions, sample_motions
from labkit.evaluator import Evaluator, load_evaluator
from labkit.generate import generate
from labkit.metrics import bootstrap, tmr_score, tmr_scores
from labkit.metrics.actions import ACTIONS, Action
from labkit.metrics.left_right import lead
from labkit.metrics.posture import to_open_body, turned
from labkit.models import NETWORKS
from labkit.motion import FPS, Motion, decode
from labkit.paths import atomic_write, data_dir, existing_file
from labkit.reference import Reference, load_reference, write_reference
from labkit.scores import motion_features, physical
from labkit.show import contact_sheet
from labkit.show.figures.style import NETWORK_LABELS, NETWORK_LINES, axes
from labkit.store import Clip, write_store
from labkit.stubs import use_reference
from labkit.text import TextEncoder
from labkit.training.corpus import MAX_FRAMES, SOURCES, CaptionTable, Corpus, label

WORST = 0.8  # TMR-Score; motions below it are left out of the starter set
NEAR = 30  # degrees; the largest error of an angle in a caption
DEEPEST = 30  # millimetres; motions with a larger mean penetration of the floor are left out
# A family of captions (`labkit_data.captions`) whose action has another name in `labkit.metrics.actions`.
ACTION_OF_FAMILY = {
    "walk and turn": "turn",
    "walk and turn around": "turn around",
    "sidestep": "step",
    "zombie": "walk like a zombie",
    "salsa": "dance",
    "jump up": "jump",
    "box": "punch",
    "stand": "stand still",
    "bend down": "crouch",
}
NAMES = ("text", "evaluator", *NETWORKS)


def publish_checkpoints(runs: Path) -> None:
    for name in NAMES:
        trained = existing_file(runs / name / f"{name}.safetensors", f"trained {name}")
        log = existing_file(trained.with_suffix(".csv"), f"log of {name}")
        checkpoints = data_dir() / "checkpoints"
        for source, target in (
            (trained, checkpoints / trained.name), (log, checkpoints / "logs" / log.name)
        ):  # fmt: skip
            with atomic_write(target) as temporary:
                shutil.copyfile(source, temporary)


@torch.no_grad()
def real_reference(
    sources: Sequence[str | Path], split: str, cache: Path, evaluator: Evaluator, progress: bool = False
) -> Reference:
    """The evaluator's features of a split's real motions and their mirror images, cut to `MAX_FRAMES`."""
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
    """The recording of a sample: its trial where that is known, else its own clip."""
    return sample.labels.get("trial", sample.name.removesuffix("/m"))


def make_reference(sources: Sequence[str], split: str, runs: Path) -> None:
    reference = real_reference(sources, split, runs / "cache", load_evaluator())
    write_reference(data_dir() / "reference" / f"{split}.npz", reference)


def right_angle(caption: str, joints: np.ndarray) -> bool:
    """Does the body turn by the angle in the caption ("about 90 degrees")? True without an angle.

    joints: world positions (F, 24, 3), metres. The evaluator cannot check it: it hardly uses numbers.
    """
    claimed = re.search(r"(\d+) degrees", caption)
    return not claimed or abs(abs(turned(to_open_body(joints))) - int(claimed[1])) <= NEAR


def actions_of(labels: Mapping[str, str]) -> list[Action]:
    """The actions that a clip's labels name and for which there is a rule; "family" and "side" are lists."""
    families, sides = (labels.get(key, "").split(", ") for key in ("family", "side"))
    names = [ACTION_OF_FAMILY.get(family, family) for family in families]
    return [
        ACTIONS[name]
        for family, side in zip(names, sides)
        for name in (family, f"{family} {side}")
        if name in ACTIONS
    ]


def in_floor(motion: Motion, body: Body) -> bool:
    """Is a vertex of the body more than 3 cm below the floor in more than 5 frames?"""
    lowest = body.vertices(motion)[..., 2].min(-1).values  # (F, V, 3) → (F,)
    return int((lowest < -0.03).sum()) > 5


@dataclass(frozen=True)
class Request:
    """A motion for the starter set: captions of which the first is sampled, length in frames, labels."""

    captions: Sequence[str]
    frames: int
    labels: dict[str, str]
    actions: Sequence[Action]


def requests(corpus: Corpus, count: int, seed: int) -> list[Request]:
    """`count` captions of real clips by their weights in training, and the plain captions of all actions."""
    generator = torch.Generator().manual_seed(seed)
    chosen = [corpus.samples[i] for i in torch.multinomial(corpus.weights, count, generator=generator)]
    of_clips = [
        Request(s.captions, min(len(s.x), MAX_FRAMES), s.labels, actions_of(s.labels)) for s in chosen
    ]
    of_actions = [
        Request((caption,), SECONDS * FPS, {"content": name}, (action,))
        for name, action in ACTIONS.items()
        for caption in action.plain
    ]
    return sorted(of_clips + of_actions, key=lambda r: r.frames)  # batches of similar lengths


@torch.no_grad()
def make_starter(
    sources: Sequence[str], network: str, runs: Path, count: int, tries: int, seed: int = 0
) -> None:
    """Motions for captions of real clips and of everyday actions, by one network.

    Of `tries` motions that perform the actions of their caption, fit it by TMR-Score and do not sink into the
    floor, the one with least foot sliding is selected. It is stored with its caption and at most two others
    of the real clip that fit it nearly as well.
    """
    encoder, evaluator, body = TextEncoder(), load_evaluator(), load_body()
    corpus = Corpus(MotionDataset(sources, "train", mirror=True), encoder, runs / "cache")
    wanted = requests(corpus, count, seed)
    features_of = CaptionTable([c for r in wanted for c in r.captions], encoder, runs / "cache")
    asked = [request for request in wanted for _ in range(tries)]
    lengths = torch.tensor([request.frames for request in asked])
    motions = sample_motions(
        network, [r.captions[0] for r in asked], lengths, config=SamplingConfig(seed=seed)
    )
    features = motion_features(evaluator, motions)
    text = evaluator.text_features(features_of([r.captions[0] for r in asked])).numpy()
    scores = tmr_scores(text, features)
    sliding, _, depth = physical(motions, body).T
    joints = [body.joints(decode(x)).numpy() for x in motions]
    shown = [
        all(action.passes(j) for action in r.actions) and right_angle(r.captions[0], j)
        for r, j in zip(asked, joints)
    ]
    sliding[~np.array(shown) | (scores < WORST) | (depth > DEEPEST) | np.isnan(sliding)] = np.inf
    clips = []
    for start in range(0, len(asked), tries):
        least_first = start + sliding[start : start + tries].argsort()
        candidates = (i for i in least_first if np.isfinite(sliding[i]))
        best = next((i for i in candidates if not in_floor(decode(motions[i]), body)), None)
        if best is None:
            continue
        request, number = asked[best], len(clips)
        captions = list(request.captions)
        texts = evaluator.text_features(features_of(captions)).numpy()
        fit = tmr_scores(texts, np.repeat(features[best : best + 1], len(texts), axis=0))
        others = [
            captions[i]
            for i in np.argsort(-fit)
            if i and fit[i] > fit[0] - 0.02 and right_angle(captions[i], joints[best])
        ][:2]
        split = "test_a" if number % 10 == 9 else "val" if number % 10 == 4 else "train"
        labels = dict(request.labels, tmr_score=f"{scores[best]:.3f}")
        clips.append(
            Clip(f"sampled_{number:03d}", decode(motions[best]), (captions[0], *others), labels, split)
        )
    about = dict(
        source="starter",
        license="not for commercial use, see NOTICE.md",
        made=f"sampled from {network}, one of {tries} each, cleaned up; no recording of a person",
    )
    write_store(data_dir() / "starter" / "starter.npz", clips, about)


def small_batch(network: str) -> tuple[np.ndarray, np.ndarray]:
    """Features (32, W) of captions and of a network's motions for them: fast enough for a test."""
    reference = load_reference()
    indices = choose_captions(reference, batches=1, batch_size=32)
    return reference.text[indices], sample_captions(network, reference, indices, progress=False).features


def publish_scores() -> None:
    scores = {}
    for network in NETWORKS:
        value, low, high = bootstrap(tmr_score, *small_batch(network))
        scores[network] = dict(tmr_score=round(value, 4), low=round(low, 4), high=round(high, 4))
    with atomic_write(data_dir() / "checkpoints" / "scores.json") as temporary:
        temporary.write_text(json.dumps(scores, indent=2) + "\n")


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


def make_sheets() -> None:
    """The same captions and noise for each network, as contact sheets for visual inspection."""
    for network in NETWORKS:
        motions = generate(SHEET, network, seconds=4, config=SamplingConfig(seed=1))
        contact_sheet(Path("docs") / f"samples_{network}.png", motions, load_body(), SHEET)


def draw_curves() -> None:
    """The logs of the three networks: the plain loss in each quarter of the schedule, step by step."""
    figure, grid = axes(1, 4, width=10, height=2.8)
    for network in NETWORKS:
        log = existing_file(data_dir() / "checkpoints" / "logs" / f"{network}.csv", f"log of {network}")
        columns = np.genfromtxt(log, delimiter=",", names=True)
        for quarter, ax in enumerate(grid):
            line = dict(NETWORK_LINES[network], marker=None)
            ax.plot(columns["step"], columns[f"loss_{quarter + 1}"], label=NETWORK_LABELS[network], **line)
            ax.set_title(f"t from {250 * quarter} to {250 * (quarter + 1)}", fontsize=9)
            ax.set_xlabel("step")
    grid[0].set_ylabel("squared error of $x_0$")
    grid[1].legend(frameon=False, fontsize=8)
    figure.savefig(Path("docs") / "training.png")


def main(arguments: list[str] | None = None) -> int:
    parser = Parser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        prog="python -m tools.publish",
    )
    parser.add_argument("what", choices=("checkpoints", "reference", "starter", "scores", "sheets"))
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--sources", nargs="+", default=SOURCES)
    starter = parser.add_argument_group("the starter set")
    starter.add_argument("--network", choices=tuple(NETWORKS), default="cross_attention")
    starter.add_argument("--count", type=int, default=600, help="captions of real clips")
    starter.add_argument("--tries", type=int, default=8, help="samples of each, of which one is selected")
    args = parser.parse_args(arguments)

    def work() -> None:
        use_reference()
        if args.what == "checkpoints":
            publish_checkpoints(args.runs)
        elif args.what == "reference":
            for split in ("test_a", "test_b"):
                make_reference(args.sources, split, args.runs)
        elif args.what == "scores":
            publish_scores()
        elif args.what == "sheets":
            make_sheets()
            draw_curves()
        else:
            make_starter(args.sources, args.network, args.runs, args.count, args.tries)

    return exit_status(work)


if __name__ == "__main__":
    sys.exit(main())
