"""A confusion table of the rules of `labkit.metrics.actions` on labelled real recordings.

    python -m tools.confusion --sources bandai cmu accad deepmimic

A rule should hold for the recordings of its action and for hardly any others. A long recording is stored in
pieces, and a label is of the whole: a recording passes if one of its pieces does.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from labkit.body import load_body
from labkit.cli import Parser, exit_status
from labkit.dataset import store_path
from labkit.metrics.actions import ACTIONS
from labkit.paths import LabError
from labkit.store import Clip, read_store
from labkit.training.corpus import MIN_FRAMES, SOURCES
from tools.diagnostics import report


@dataclass(frozen=True)
class Label:
    """Labels of one kind. pattern: searched in a clip's "content", whatever its case.

    shows: the actions that every such recording has. may: actions that the label leaves open. All others are
    unrelated to it.
    """

    name: str
    pattern: str
    shows: frozenset[str]
    may: frozenset[str]


def _names(text: str) -> frozenset[str]:
    return frozenset(filter(None, (name.strip() for name in text.split(","))))


TURNS = "turn left, turn right, turn around, walk in a circle, spin, "
WALKS = "walk, walk slowly, sneak, " + TURNS
GAITS = "walk backwards, run, jog, step left, step right, " + WALKS
HANDS = "raise hand left, raise hand right, raise both hands, wave left, wave right, wave both hands, "
LOW = "squat, crouch, kneel, pick up, touch toes, bow, "
JUMPS = "jump, jump forward, squat, crouch, "
KICKS = "kick left, kick right, "
ACROBATICS = "cartwheel, handstand, backflip, roll, fall, get up, lie down, sit down, stand up, throw, spin, "
# Dances, imitations of animals, forms of karate, stories: all that a person does standing.
FREE = GAITS + HANDS + LOW + JUMPS + KICKS + (
    "hop, skip, march, jumping jacks, stand still, punch, throw, clap, balance, dance, walk like a zombie, "
)  # fmt: skip

# name | pattern | shows | may; the first match decides.
LABELS = tuple(
    Label(name, pattern, _names(shows), _names(may))
    for name, pattern, shows, may in (
        ("raise left hand", "raise-up-left", "raise hand left", ""),
        ("raise right hand", "raise-up-right", "raise hand right", ""),
        ("raise both hands", "raise-up-both", "raise both hands", ""),
        ("wave left hand", "wave-left", "wave left", "raise hand left"),
        ("wave right hand", "wave-right", "wave right", "raise hand right"),
        ("wave both hands", "wave-both", "wave both hands", "raise both hands"),
        ("greet", "^(bye|byebye|call|respond|guide)$", "", HANDS + WALKS + "bow"),
        ("bow", "^bow$", "bow", "stand still"),
        ("slash", "^slash$", "", WALKS + "throw, punch, raise both hands"),
        ("swordplay", "sword", "", FREE),
        ("ballet", "^dance -|static dance|start (hop|walk) stop", "", FREE),
        ("dance", "dance|salsa", "dance", FREE),
        ("balance", "balance on one leg", "balance", HANDS + "stand still"),
        ("spin", "spin around", "", FREE),
        ("crawl", "crawl", "crawl", "get up, lie down, roll"),
        ("walk backwards", "walk-back|^(stand to )?(walk|run) backwards( to stand)?$|backward dribble",
         "walk backwards", ""),
        ("to and fro", "(walk|run) backwards|navigate|walk, turn around", "", GAITS),
        ("side step left", "^(quick )?side step left", "step left", TURNS),
        ("side step right", "^(quick )?side step right", "step right", TURNS),
        ("walk diagonally", "^walk-(left|right)$", "", "walk, walk slowly, step left, step right"),
        ("run and turn", "run.*(turn (left|right)|(left|right) turn|veer)", "run", TURNS + "jog"),
        ("run, turn around", "run,? (turn around|(turn )?change)|walk turn change", "", GAITS),
        ("walk, turn left", "walk-turn-left|walk.*(turn left|90-degree left)", "turn left", WALKS),
        ("walk, turn right", "walk-turn-right|walk.*(turn right|90-degree right)", "turn right", WALKS),
        ("walk, turn around", "walk turn around", "turn around", WALKS),
        ("veer", "walk, veer|figure eight", "", WALKS),
        ("uneven ground", "uneven", "", WALKS + "climb stairs, balance, march"),
        ("walk and stop", "^(sadwalk|walking|quickwalk|walkstraight)$", "", WALKS + "stand still"),
        ("walk slowly", "slow walk(, stop)?$", "walk slowly", "walk"),
        ("stride", "stride", "", "walk, walk slowly, march"),
        ("walk and run", "walk to run|run to walk|run to stand|stand to run|stop", "", GAITS),
        ("leap", "jump over|run, leap|leap to|jump to walk", "jump forward", "run, walk, jog, jump"),
        ("jog", "^run/jog$", "run, jog", ""),
        ("jog, some in place", "^jog$", "", GAITS + "skip"),
        ("run", "^(run|dash)$|run (over|right|left|side|forward)", "run", TURNS + "jog"),
        ("skip", "skip", "skip", "walk, walk slowly, run, jog, jump, jump forward, hop, march"),
        ("hop, then walk", "hop to walk", "", "walk, walk slowly, run, jog, jump, jump forward, hop, skip"),
        ("hop", "hop on one foot", "hop, jump", JUMPS + HANDS + KICKS + TURNS + LOW + "balance, march"),
        ("walk", "^(brisk )?walk$|stand to walk|walk to stand", "walk", WALKS),
        ("march", "^march", "march", WALKS),
        ("styles of walking", "^walk( with a|, swing| leaning| hunched| bent| with bouncing)", "walk", WALKS),
        ("jumps, some wide", "(?-i:^Jump$)", "", JUMPS),
        ("jump up to grab", "jump up to grab", "", JUMPS + HANDS),
        ("jump", "high jump|^jump( up)?$|jump, balance", "jump", JUMPS + HANDS + TURNS + "balance"),
        ("jump forward", "forward jump|^jump forward", "jump forward", JUMPS + TURNS),
        ("jump and turn", "jump ?t(urn|wist)", "", JUMPS + LOW + GAITS + ACROBATICS + "raise both hands"),
        ("duck", "run duck|^duck", "", GAITS + LOW),
        ("kick a ball", "soccer", "kick right", GAITS),
        ("kicks", "front kick|mawashi|yokogeri", "kick left, kick right", GAITS + "punch, balance, crouch"),
        ("kick", "^kick$", "kick right", GAITS + "balance"),
        ("jump kick", "kick$|kickflipstumble", "", JUMPS + KICKS + GAITS + LOW + ACROBATICS + "balance"),
        ("box without a punch", "^block$|get hit|boxing (- )?(block|duck|hook|upper)", "", FREE),
        ("punch", "punch|^boxing|oiduki", "punch", GAITS + HANDS + KICKS + "throw"),
        ("martial arts", "heian|empi|gedan|syutou|martial|fighting", "", FREE + ACROBATICS + "crawl"),
        ("sit on a stool", "sit on|^sit down, then stand up$", "sit down, stand up", "stand still, crouch"),
        ("sit down", "^sit down$", "sit down", ""),
        ("stand up", "^stand up$", "stand up", ""),
        ("sit", "^sit( and talk| cross.*)?$|drive a car", "", ""),
        ("kneel", "^kneel", "kneel", "crouch, sit down, stand up, pick up"),
        ("throw", "^throw", "throw", HANDS),
        ("stairs", "3 steps", "climb stairs", GAITS),
        ("ladder", "ladder", "", GAITS + "climb stairs, raise both hands, march"),
        ("playground", "climb|grip bar|hang on", "", FREE + ACROBATICS + "climb stairs, crawl, drink"),
        ("exercises, squats", "jumping jacks.*squat", "jumping jacks, squat", FREE),
        ("exercises", "jumping jacks", "jumping jacks", FREE),
        ("lift or put down box", "put down box|lift box", "", LOW + GAITS + "raise both hands"),
        ("pick up", "pick ?up( box)?(_working)?$|scoop up", "pick up", LOW + GAITS + HANDS),
        ("walk with box", "with box", "", "walk, walk slowly, run, jog, walk like a zombie"),
        ("crouch, then lie", "crouch to lie", "lie down, crouch", "crawl, kneel, roll"),
        ("lie, then crouch", "lie to crouch", "crouch", "crawl, get up, roll, kneel"),
        ("lie", "^lie$", "", "lie down, roll"),
        ("crouch", "crouch$|crouch to", "crouch", "squat, kneel, walk, walk slowly, run, jog"),
        ("fall and get up", "^fall down, get up", "fall, get up", "lie down, crawl, " + LOW + WALKS + JUMPS),
        ("get up", "get up", "get up", "lie down, fall, " + LOW + WALKS + "crawl, roll, sit down, stand up"),
        ("handstand", "handstand", "handstand", ACROBATICS + LOW + KICKS + "raise both hands"),
        ("cartwheel", "cart ?wheels?$", "cartwheel", ACROBATICS + LOW + HANDS + JUMPS + TURNS),
        ("backflip", "backflip|sideflip|kickflip$", "backflip", ACROBATICS + LOW + HANDS + JUMPS + KICKS),
        ("other acrobatics", "hands$|helicopter", "", FREE + ACROBATICS + "crawl"),
        ("roll", "roll", "roll", ACROBATICS + LOW + JUMPS + "run, jog, walk"),
        ("fall", "^fall|slip", "fall", ACROBATICS + JUMPS + KICKS + HANDS + "walk, walk slowly"),
        ("sneak", "sneak|stealth", "sneak", GAITS + "crouch, squat"),
        ("zombie", "zombie", "walk like a zombie", GAITS + HANDS),
        ("drink", "drink", "drink", "stand still, clap, raise hand left, raise hand right"),
        ("stand", "^(stand|look( around)?)$", "stand still", ""),
        ("idle", "^(sway|swing( arms)?|wait)$", "", FREE),
        ("whatever", "tennis|pick up something|pushed|on both feet|conversation|laugh|traffic|wash|mop|"
         "basketball|subject|nursery|vacation|motorcycle|range of motion|urban|random", "",
         FREE + ACROBATICS + "crawl, drink, pick up"),
    )
)  # fmt: skip


def label_of(content: str) -> Label | None:
    return next((label for label in LABELS if re.search(label.pattern, content, re.IGNORECASE)), None)


def recording(clip: Clip) -> str:
    """The recording of a clip: its trial, or its name without the start and the number of the piece."""
    return clip.labels.get("trial") or re.sub(r"(-\d+)?(_\d{1,2})?$", "", clip.name)


def confusion(sources: Sequence[str]) -> str:
    """A table, a line an action: how many recordings of it pass its rule, and what share of other clips.

    Clips of unrelated labels: their share, and the mean of each label's share, in which labels of few and of
    many clips have the same weight; the labels that are mistaken most often. Open: clips whose label leaves
    the action open. Only clips of a second or longer are used.
    """
    body, clips, unknown = load_body(), [], Counter()
    for source in sources:
        for clip in read_store(store_path(source))[0]:
            content = clip.labels.get("content", "")
            if len(clip.motion) < MIN_FRAMES:
                continue
            if label := label_of(content):
                clips.append((f"{source} {recording(clip)}", label, clip.motion))
            else:
                unknown[content] += 1
    if not clips:
        raise LabError(f"no clips of known labels in {', '.join(sources)}: prepare others")
    joints = [body.joints(motion).numpy() for _, _, motion in tqdm(clips, desc="joints")]
    recordings = np.array([name for name, _, _ in clips])
    labels = [label for _, label, _ in clips]
    names = np.array([label.name for label in labels])

    rows = {}
    for name, action in tqdm(ACTIONS.items(), desc="rules"):
        passes = np.array([action.passes(j) for j in joints])
        shows = np.array([name in label.shows for label in labels])
        other = ~shows & ~np.array([name in label.may for label in labels])
        own = [passes[shows & (recordings == r)].any() for r in np.unique(recordings[shows])]
        shares = {label: passes[other & (names == label)].mean() for label in np.unique(names[other])}
        worst = sorted((x for x in shares if shares[x]), key=lambda x: shares[x], reverse=True)[:2]
        left = passes[~shows & ~other]
        rows[name] = {
            "of it": f"{sum(own)} of {len(own)}" if own else "–",
            "of others": f"{passes[other].mean():.1%}",
            "mean of labels": f"{np.mean(list(shares.values())):.1%}",
            "open": f"{left.mean():.0%}" if len(left) else "–",
            "mistaken most often": ", ".join(f"{x} {shares[x]:.0%}" for x in worst) or "–",
        }  # fmt: skip
    title = f"{len(clips)} clips, {len(np.unique(recordings))} recordings, {len(set(names))} labels."
    if unknown:
        title += f"\n{sum(unknown.values())} clips have other labels: {', '.join(unknown)}."
    return report(title, rows)


def main(arguments: list[str] | None = None) -> int:
    parser = Parser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        prog="python -m tools.confusion",
    )
    parser.add_argument("--sources", nargs="+", default=SOURCES)
    args = parser.parse_args(arguments)
    return exit_status(lambda: print(confusion(args.sources)))


if __name__ == "__main__":
    sys.exit(main())
