"""Diagnostics of the networks and metrics beyond the results table.

    memory     are samples copies of training clips?
    unseen     are combinations of content and style generated that training never saw?
    variety    does one caption give different motions?
    contents   do feet slide and bodies jerk more than real ones of the same content? are bodies in the floor?
    judges     does an evaluator trained with another seed (--evaluator) rank the networks alike?

    python -m tools.diagnostics memory unseen variety judges --evaluator second/evaluator.safetensors
    python -m tools.diagnostics contents --count 200

All but `contents` need the prepared sources that the networks were trained on.
"""

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from labkit.body import load_body
from labkit.cli import Parser, exit_status
from labkit.dataset import MotionDataset, Sample
from labkit.diffusion import SamplingConfig
from labkit.evaluate import choose_captions, sample_motions
from labkit.evaluator import load_evaluator
from labkit.extra_metrics import distinct
from labkit.metrics import aligned_distance, multimodality, proportion, tmr_score
from labkit.metrics.features import squared_distances
from labkit.models import NETWORKS
from labkit.motion import LAYOUT, decode
from labkit.paths import LabError, check_writable
from labkit.reference import load_reference
from labkit.scores import motion_features, physical, score
from labkit.show import contact_sheet
from labkit.stubs import use_reference
from labkit.text import TextEncoder
from labkit.training.corpus import MAX_FRAMES, MIN_FRAMES, SOURCES, readable
from labkit_data.captions.grammar import article
from labkit_data.captions.styles import STYLES
from tools.publish import in_floor, real_reference

THIN = 2  # alignment looks at every second frame
FRAMES = 80  # of a motion whose length no real one determines
FEW = 8  # motions of a content


@dataclass(frozen=True)
class Options:
    """The options of the command line. checkpoint: a folder of networks."""

    networks: tuple[str, ...]
    sources: tuple[str, ...]
    count: int
    config: SamplingConfig
    out: Path
    evaluator: Path | None
    checkpoint: Path | None
    text_checkpoint: Path | None

    def sample(self, network: str, captions: Sequence[str], lengths: Tensor) -> list[Tensor]:
        """Motions (F_i, D) of a network; lengths (N,) frames."""
        return sample_motions(
            network, captions, lengths, config=self.config, text_checkpoint=self.text_checkpoint,
            checkpoint=self.checkpoint and self.checkpoint / f"{network}.safetensors",
        )  # fmt: skip


@cache
def real_samples(sources: tuple[str, ...], split: str) -> list[Sample]:
    """Real motions of a split and their mirror images, a second or longer."""
    dataset = MotionDataset(sources, split, mirror=True, progress=True)
    return [s for s in dataset if len(s.x) >= MIN_FRAMES and s.captions]


def pieces(x: Tensor) -> list[Tensor]:
    """The training samples of a motion: pieces of at most MAX_FRAMES, here overlapping by half."""
    starts = range(0, max(len(x) - MAX_FRAMES // 2, 1), MAX_FRAMES // 2)
    return [x[start : start + MAX_FRAMES] for start in starts]


def report(title: str, rows: dict[str, dict[str, str]]) -> str:
    """A small table: rows[name][column]."""
    columns = list(next(iter(rows.values())))
    widths = [max(len(c), *(len(row[c]) for row in rows.values())) + 2 for c in columns]
    lines = [title, " " * 24 + "".join(c.rjust(w) for c, w in zip(columns, widths))]
    for name, row in rows.items():
        lines.append(name.ljust(24) + "".join(row[c].rjust(w) for c, w in zip(columns, widths)))
    return "\n".join(lines)


def share(hits: np.ndarray) -> str:
    value, low, high = proportion(int(np.sum(hits)), len(hits))
    return f"{value:.2f} [{low:.2f}, {high:.2f}]"


def memory(options: Options) -> str:
    """Distance of each sample to its nearest training clip, beside that of real motion training never saw.

    Twice: in the evaluator's feature space, and as `aligned_distance` of the joints, relative to the body. A
    network that copies would be far nearer to its training clips than other takes of the same people are:
    its ratio would be far below 1, and most of its samples nearer than 95 % of the real ones.
    """
    train = [p for s in real_samples(options.sources, "train") for p in pieces(s.x)]
    held_out = readable(real_samples(options.sources, "test_a"), TextEncoder())
    rng = np.random.default_rng(options.config.seed)
    some = [held_out[i] for i in rng.permutation(len(held_out))[: options.count]]
    captions = [s.captions[0] for s in some]
    real = [s.x[:MAX_FRAMES] for s in some]
    lengths = torch.tensor([len(x) for x in real])
    sets = {"real, held out": real}
    for network in options.networks:
        sets[network] = options.sample(network, captions, lengths)

    evaluator = load_evaluator()
    seen = motion_features(evaluator, train)
    clips = [joints(x) for x in train]
    nearest = {}
    for name, motions in sets.items():
        features = np.sqrt(squared_distances(motion_features(evaluator, motions), seen).min(1))
        aligned = [
            min(aligned_distance(joints(x), clip) for clip in clips)
            for x in tqdm(motions, desc=f"{name}: nearest clips")
        ]
        nearest[name] = features, 100 * np.array(aligned)
    rows = {}
    for name, found in nearest.items():
        rows[name] = {}
        for space, values, of_real in zip(("features", "joints"), found, nearest["real, held out"]):
            unit = " cm" if space == "joints" else ""
            rows[name] |= {
                f"{space}: median{unit}": f"{np.median(values):.2f}",
                f"ratio ({space})": f"{np.median(values) / np.median(of_real):.2f}",
                f"suspects ({space})": f"{np.sum(values < np.quantile(of_real, 0.05))} of {len(values)}",
            }
    title = (
        "Nearest training clip. Ratio: to real held-out motion; memory would be far below 1.\n"
        "Suspects: nearer than 95 % of real motion; by chance one in twenty."
    )
    return report(title, rows)


def joints(x: Tensor) -> np.ndarray:
    """Joint positions relative to the body, (F / THIN, 23, 3) metres."""
    return x[::THIN, LAYOUT["joints"]].unflatten(-1, (-1, 3)).numpy().astype(np.float64)


def style_name(style: str) -> str:
    """Styles that the captions describe in the same words are one: "old" is "elderly"."""
    return next(name for name, words in STYLES.items() if words == STYLES.get(style, STYLES["normal"]))


@dataclass(frozen=True)
class Grid:
    """Contents × styles: which pairs training saw, and the expected features of each pair.

    seen: (C, S) bool. prototypes: (C, S, W): a vector of the content plus one of the style, fitted by least
    squares to the means of the pairs that were seen; so unseen pairs have one too. plain: the caption
    of each content without a style.
    """

    contents: list[str]
    styles: list[str]
    plain: dict[str, str]
    seen: np.ndarray
    prototypes: np.ndarray

    def nearest(self, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Content and style, as numbers, of the prototype nearest to each row of features (N, W)."""
        flat = self.prototypes.reshape(-1, self.prototypes.shape[-1])
        best = squared_distances(features, flat).argmin(1)
        return best // len(self.styles), best % len(self.styles)


def make_grid(samples: Sequence[Sample], features: np.ndarray) -> Grid:
    """From training samples and their features (N, W); only contents seen in three or more styles."""
    pairs = [(s.labels.get("content", ""), s.labels.get("style", "")) for s in samples]
    pairs = [(content, style_name(style) if style else "") for content, style in pairs]
    styles_of = defaultdict(set)
    for content, style in pairs:
        if style:
            styles_of[content].add(style)
    contents = sorted(c for c, styles in styles_of.items() if len(styles) >= 3)
    styles = sorted({style for c in contents for style in styles_of[c]})
    means, design = [], []
    for c, content in enumerate(contents):
        for s, style in enumerate(styles):
            if style in styles_of[content]:
                means.append(features[[p == (content, style) for p in pairs]].mean(0))
                design.append(np.eye(len(contents))[c].tolist() + np.eye(len(styles))[s].tolist())
    weights = np.linalg.lstsq(np.array(design), np.array(means), rcond=None)[0]
    by_content, by_style = weights[: len(contents)], weights[len(contents) :]
    plain = {}
    for content in contents:
        counts = Counter(c for s in samples if s.labels.get("content") == content for c in s.captions[:1])
        plain[content] = next(c for c, _ in counts.most_common() if c.startswith("a person "))
    return Grid(
        contents, styles, plain,
        seen=np.array([[style in styles_of[content] for style in styles] for content in contents]),
        prototypes=by_content[:, None] + by_style,
    )  # fmt: skip


def compose(grid: Grid, c: int, s: int, rng: np.random.Generator) -> str:
    """A caption of content c in style s: "a proud person walks backwards"."""
    person = article(f"{rng.choice(STYLES[grid.styles[s]].adjectives)} person")
    return grid.plain[grid.contents[c]].replace("a person", person, 1)


def unseen(options: Options) -> str:
    """Captions composed of a content and a style that training never saw together; and as many that it did.

    Content and style of a sample are those of the nearest prototype of the `Grid`. For comparison the same
    rule is applied to real motion of training's own pairs (validation split) and of held-out ones (test_b).
    A contact sheet of the first eight unseen captions is written for each network.
    """
    evaluator = load_evaluator()
    train = real_samples(options.sources, "train")
    grid = make_grid(train, motion_features(evaluator, [s.x[:MAX_FRAMES] for s in train]))
    rng = np.random.default_rng(options.config.seed)
    adjectives = np.array([bool(STYLES[style].adjectives) for style in grid.styles])
    rows = {}

    def row(
        features: np.ndarray, contents: np.ndarray, styles: np.ndarray, captions: list[str] | None
    ) -> dict:
        found = grid.nearest(features)
        fit = "–"
        if captions:
            with torch.no_grad():
                text = evaluator.text_features(TextEncoder()(captions)).numpy()
            fit = f"{tmr_score(text, features):.3f}"
        return {
            "N": str(len(features)), "content accuracy": share(found[0] == contents),
            "style accuracy": share(found[1] == styles), "TMR-Score": fit,
        }  # fmt: skip

    for split, what in (("val", "seen pairs"), ("test_b", "unseen pairs")):
        styled = [s for s in real_samples(options.sources, split) if s.labels.get("style")]
        known = [
            (s, grid.contents.index(s.labels["content"]), grid.styles.index(style_name(s.labels["style"])))
            for s in styled
            if s.labels["content"] in grid.contents and style_name(s.labels["style"]) in grid.styles
        ]
        known = [k for k in known if grid.seen[k[1], k[2]] == (split == "val")]
        if known:
            samples, c, s = zip(*known)
            features = motion_features(evaluator, [x.x[:MAX_FRAMES] for x in samples])
            rows[f"real, {what}"] = row(features, np.array(c), np.array(s), None)

    for what, possible in (("unseen", ~grid.seen & adjectives), ("seen", grid.seen & adjectives)):
        pairs = rng.permutation(np.argwhere(possible))[: options.count]
        if not len(pairs):
            continue
        captions = [compose(grid, c, s, rng) for c, s in pairs]
        for network in options.networks:
            motions = options.sample(network, captions, torch.full((len(pairs),), FRAMES))
            features = motion_features(evaluator, motions)
            rows[f"{network}, {what}"] = row(features, pairs[:, 0], pairs[:, 1], captions)
            if what == "unseen":
                shown = [decode(x) for x in motions[:8]]
                contact_sheet(options.out / f"unseen_{network}.png", shown, load_body(), captions[:8])
    title = (
        f"Content and style never seen together ({int((~grid.seen & adjectives).sum())} such pairs), among "
        f"{len(grid.contents)} contents and {len(grid.styles)} styles.\n"
        f"Chance is {1 / len(grid.contents):.2f} and {1 / len(grid.styles):.2f}."
    )
    return report(title, rows)


def variety(options: Options) -> str:
    """Eight motions of each of sixteen captions: how far apart within a caption and between captions.

    In the evaluator's feature space, and as joints at the same frame (the visible difference). For
    comparison, in features only: other real recordings of one content and style, which also differ in person
    and length.
    """
    reference, repeats = load_reference(), 8
    rows = distinct(reference, choose_captions(reference, 1, 64, options.config.seed))[:16]
    repeated = np.repeat(rows, repeats)
    captions = [reference.captions[r] for r in repeated]
    lengths = torch.full((len(repeated),), FRAMES)

    def between(features: np.ndarray) -> float:
        """Mean distance of motions of different captions: features (C, R, W)."""
        return multimodality(features.transpose(1, 0, 2))

    table = {}
    labels = np.array(reference.labels)
    same = (labels[:, None] == labels) & (reference.take[:, None] != reference.take)
    distances = np.sqrt(squared_distances(reference.motion, reference.motion))
    table["real recordings"] = {
        "within": f"{distances[same].mean():.3f}",
        "between": f"{distances[labels[:, None] != labels].mean():.3f}",
        "joints within, cm": "–", "joints between, cm": "–",
    }  # fmt: skip
    for network in options.networks:
        motions = options.sample(network, captions, lengths)
        features = motion_features(load_evaluator(), motions).reshape(len(rows), repeats, -1)
        places = np.stack([joints(x) for x in motions])  # (N, F, J, 3)
        places = places.reshape(len(rows), repeats, -1) / np.sqrt(places[0].size / 3)  # RMS over joints
        table[network] = {
            "within": f"{multimodality(features):.3f}",
            "between": f"{between(features):.3f}",
            "joints within, cm": f"{100 * multimodality(places):.1f}",
            "joints between, cm": f"{100 * between(places):.1f}",
        }
    title = f"Distance of two motions of one caption (within) and of two captions ({len(rows)} × {repeats})."
    return report(title, table)


def content_of(label: str) -> str:
    """The content of a label "content|style" in one word: "turn" of "walk-turn-left|sad"."""
    words = re.findall(r"[a-z]+", label.split("|")[0].lower())
    return "turn" if "turn" in words else words[0] if words else "other"


def contents(options: Options) -> str:
    """Foot sliding and jerk, content by content; and how many bodies are in the floor.

    Captions of test set A. Contents with fewer than FEW of them are one row. A ratio is that of the means of
    the samples and of the real motions of the same captions.
    """
    reference, body = load_reference(), load_body()
    rows = choose_captions(reference, 1, options.count, options.config.seed)
    owners = reference.owner[rows]
    each = [content_of(reference.labels[o]) for o in owners]
    count = Counter(each)
    names = np.array([name if count[name] >= FEW else "other" for name in each])
    real = reference.physical[owners][:, :2]  # (N, 2): sliding, jerk
    found, deep = {}, {}
    for network in options.networks:
        motions = sample_for(options, network, reference, rows)
        found[network] = physical(motions, body)[:, :2]  # (N, 2)
        deep[network] = sum(in_floor(decode(x), body) for x in motions)
    table = {}
    for name in [*sorted(set(names), key=lambda name: (name == "other", name)), "all"]:
        some = np.ones(len(names), bool) if name == "all" else names == name
        table[name] = {"N": str(some.sum())}
        for column, (quantity, unit) in enumerate((("sliding", "m/s"), ("jerk", "m/s³"))):
            of_real = np.nanmean(real[some, column])
            table[name][f"{quantity}, {unit}"] = f"{of_real:.3g}"
            for network, values in found.items():
                ratio = np.nanmean(values[some, column]) / of_real
                table[name][f"{network} ({quantity})"] = f"{ratio:.1f}"
    depth = ", ".join(f"{network} {n}" for network, n in deep.items())
    return (
        report("Content by content: real motion, and ratios of sliding and of jerk to it.", table)
        + f"\nOf {len(rows)} motions, so many have a vertex deeper than 3 cm for more than 5 frames: {depth}."
    )


def judges(options: Options) -> str:
    """The same motions scored by two evaluators: the shipped one, and one trained with another seed.

    The numbers differ, since each has its own feature space. The ranking of networks should not.
    """
    if not options.evaluator:
        raise LabError(
            "a second evaluator is missing: python -m labkit train evaluator --seed 2 --out second, "
            "then --evaluator second/evaluator/evaluator.safetensors"
        )
    found: dict[str, dict[str, dict[str, float]]] = {}
    generated = None
    for name, evaluator in (("shipped", load_evaluator()), ("second", load_evaluator(options.evaluator))):
        reference = real_reference(options.sources, "test_a", options.out / "cache", evaluator)
        rows = choose_captions(reference, 1, options.count, options.config.seed)
        generated = generated or {n: sample_for(options, n, reference, rows) for n in options.networks}
        owners = reference.owner[rows]
        sets = {"real": reference.motion[owners]}
        sets |= {n: motion_features(evaluator, motions) for n, motions in generated.items()}
        for n, features in sets.items():
            row = score(n, reference, rows, features, reference.physical[owners], real=n == "real")
            kept = ("FD to half", "TMR-Score", "R3 of all", "content accuracy", "style accuracy")
            found.setdefault(n, {})[name] = {k: v[0] for k, v in row.metrics.items() if k.startswith(kept)}
    metrics = list(found["real"]["shipped"])
    table = {
        n: {m: f"{both['shipped'][m]:.3f} | {both['second'][m]:.3f}" for m in metrics}
        for n, both in found.items()
    }

    def order(judge: str, metric: str) -> list[str]:
        return sorted(options.networks, key=lambda n: found[n][judge][metric])

    agree = [m for m in metrics if order("shipped", m) == order("second", m)]
    return (
        report("Two judges, shipped | second, the same motions.", table)
        + f"\nThey rank the networks alike by {len(agree)} of {len(metrics)} measures: {', '.join(agree)}."
    )


def sample_for(options: Options, network: str, reference, rows: np.ndarray) -> list[Tensor]:
    captions = [reference.captions[r] for r in rows]
    return options.sample(
        network, captions, torch.from_numpy(reference.lengths[reference.owner[rows]]).long()
    )


QUESTIONS = dict(memory=memory, unseen=unseen, variety=variety, contents=contents, judges=judges)


def main(arguments: list[str] | None = None) -> int:
    parser = Parser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        prog="python -m tools.diagnostics",
    )
    default = SamplingConfig()
    parser.add_argument("questions", nargs="+", choices=tuple(QUESTIONS))
    parser.add_argument("--networks", nargs="+", choices=tuple(NETWORKS), default=tuple(NETWORKS))
    parser.add_argument("--sources", nargs="+", default=SOURCES)
    parser.add_argument("--count", type=int, default=50, help="motions a network and question")
    parser.add_argument("--steps", type=int, default=default.steps)
    parser.add_argument("--guidance", type=float, default=default.guidance_scale)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--checkpoint", type=Path, help="folder of NETWORK.safetensors; else the shipped ones"
    )
    parser.add_argument("--text-checkpoint", type=Path, help="the text tower they were trained with")
    parser.add_argument("--evaluator", type=Path, help="the second evaluator")
    parser.add_argument("--out", type=Path, default=Path("out/diagnostics"), help="folder for contact sheets")
    args = parser.parse_args(arguments)
    config = SamplingConfig(steps=args.steps, guidance_scale=args.guidance, seed=args.seed)
    options = Options(
        tuple(args.networks), tuple(args.sources), args.count, config, args.out, args.evaluator,
        args.checkpoint, args.text_checkpoint,
    )  # fmt: skip

    def work() -> None:
        use_reference()
        check_writable(args.out / "unseen.png")
        for question in args.questions:
            print(QUESTIONS[question](options), end="\n\n", flush=True)

    return exit_status(work)


if __name__ == "__main__":
    sys.exit(main())
