"""The actions of a motion in order: named by its label and confirmed by measurements.

`rules.RULES` maps words of a label to action families. Each rule has a check on the events of this piece,
which also fills the slots of the family's phrases. An action that the label names and the check does not
find is dropped. Where no action is left, those that are measured alone are used.
"""

import re
from dataclasses import replace

from labkit.motion import FPS
from labkit_data.captions.checks import (
    clockwise,
    crawl,
    crouch,
    heights,
    jump,
    lying,
    main_hand,
    sitting,
    standing,
)
from labkit_data.captions.evidence import ActionMatch, Evidence, Found
from labkit_data.captions.grammar import NUMBERS, side_of
from labkit_data.captions.rules import BESIDE_WAYS, GO_ABOUT, IMPLIED, RULES
from labkit_data.events import Event
from labkit_data.kinematics import Measures

_COMPILED = tuple((re.compile(pattern), check) for pattern, check in RULES)
_WAYS = re.compile(
    r"\b(walk|run|jog|dash|step|stroll|sprint|pace|navigate|sidestep|veer|turn|circle|urban|backward)\w*"
)


def claims(evidence: Evidence) -> Found:
    """Actions that the label names and the measurements confirm, in the order of the label's words."""
    left, found = evidence.words, []
    for pattern, check in _COMPILED:
        while match := pattern.search(left):
            words = match[0]
            left = left[: match.start()] + "~" * max(len(words), 1) + left[match.end() :] if words else ""
            for action in check(evidence, words):
                found.append((match.start(), action))
            if not words:
                break
    unique: dict[str, tuple[int, ActionMatch]] = {}
    for position, action in sorted(found, key=lambda f: f[0]):
        unique.setdefault(action.family, (position, action))
    return [action for _, action in unique.values()]


def ways(evidence: Evidence, least: float) -> Found:
    """Walks, runs and turns on the spot, as measured; of ways those of `least` metres and more."""
    found = []
    walks = [w for w in evidence.of("walk") if w.amount >= least]
    turns = evidence.of("turn")
    for event in sorted([*walks, *turns], key=lambda e: e.start):
        alone = len(walks) + len(turns) == 1
        action = _turn(evidence, event, alone) if event.kind == "turn" else _way(evidence, event, alone)
        last = found[-1] if found else None
        if (
            last
            and last.side == action.side
            and {last.family, action.family} == {"sidestep", "walk diagonally"}
        ):
            found[-1] = last if last.family == "sidestep" else action
        elif (
            last and action.family == "turn" and last.family.endswith("and turn") and last.side == action.side
        ):
            # a turn that a walk ends with; how far it goes is no longer the walk's alone
            found[-1] = replace(
                last, slots={k: v for k, v in last.slots.items() if k not in ("degrees", "veer")}
            )
        elif not last or (last.family, last.side) != (action.family, action.side):
            found.append(action)
    return found


def _angle(turn: float, facts: Measures) -> dict[str, str]:
    """The size of a turn, where the turn of the whole piece agrees."""
    whole = facts.turn, facts.net_turn
    angle = min((45, 90, 135, 180), key=lambda usual: abs(usual - abs(turn)))
    agrees = max(abs(angle - abs(t)) for t in (turn, *whole)) <= 14 and all(turn * t > 0 for t in whole)
    return dict(degrees=str(angle)) if agrees else {}


def _turn(evidence: Evidence, event: Event, alone: bool) -> ActionMatch:
    turn = event.turn
    if abs(turn) > 270:
        slots = clockwise(turn) | dict(side=side_of(turn))
        slots |= dict(full="") if abs(turn) < 400 else dict(many="") if abs(turn) > 600 else {}
        return ActionMatch("spin", slots, event.start / FPS, side_of(turn))
    slots = dict(side=side_of(turn)) | clockwise(turn) | (_angle(turn, evidence.facts) if alone else {})
    if abs(turn) > 150:
        slots["around"] = ""
    if 155 < abs(turn) < 205:
        slots["half"] = ""
    if 75 < abs(turn) < 105:
        slots["quarter"] = ""
    return ActionMatch("turn", slots, event.start / FPS, side_of(turn))


def _way(evidence: Evidence, event: Event, alone: bool) -> ActionMatch:
    """One way over the floor: its gait, direction and turns."""
    f, words = evidence.facts, evidence.words
    runs = event.speed > 2.1 or bool(re.search(r"\b(run|jog|dash|sprint)", words)) and event.speed > 1.25
    gait = "walk" if not runs else "run" if event.speed > 2.6 or "dash" in words else "jog"
    whole = f.turn if alone else event.turn
    turn = event.turn if abs(event.turn) > abs(whole) else whole if event.turn * whole > 0 else event.turn
    start, slots, side = event.start / FPS, {}, ""
    straight = abs(turn) < 28 and not event.turns and (not alone or abs(f.net_turn) < 28)
    if straight:
        slots["straight"] = ""
    if event.start > 12:
        slots["starts"] = ""
    if event.end < round(f.seconds * FPS) - 12:
        slots["ends"] = ""
    steps = {}
    if alone and 2 <= f.steps <= 10:
        steps["steps"] = NUMBERS[f.steps]
    limits = dict(walk=(0.75, 1.5), jog=(0.0, 9.0), run=(0.0, 3.4))[gait]
    if event.speed < limits[0]:
        slots |= dict(slow="", pace="slowly")
    elif event.speed > limits[1]:
        slots |= dict(fast="", pace="quickly")
    if event.amount > 4:
        slots["far"] = ""
    if event.way == "backwards":
        if abs(turn) > 35:
            slots["side"] = side = side_of(turn)
        if 35 < abs(turn) < 100:
            slots["curve"] = ""
        return ActionMatch("run backwards" if gait != "walk" else "walk backwards", slots, start, side, steps)
    if event.way in ("left", "right"):
        return ActionMatch("sidestep", slots | dict(side=event.way), start, event.way, steps)
    if straight and event.side:
        return ActionMatch("walk diagonally", slots | dict(side=event.side), start, event.side, steps)
    turns = event.turns
    if gait != "walk" and event.end - event.start < 2.5 * FPS:
        turns = (turn,) if abs(turn) > 33 else ()  # hips swing in a run
    if len(turns) == 2 and turns[0] * turns[1] < 0:
        first = side_of(turns[0])
        pair = dict(side=first, other=side_of(turns[1]))
        return ActionMatch(
            "walk and turn twice" if gait == "walk" else "run about", slots | pair, start, first, steps
        )
    if len(turns) > 1 and not all(t * turns[0] > 0 for t in turns) or abs(turn) > 800:
        return ActionMatch("walk about" if gait == "walk" else "run about", slots, start)
    if abs(turn) >= 250 and event.amount > 1.5:
        side = side_of(turn)
        radius = event.amount / abs(turn) * 57.3
        slots |= dict(side=side) | clockwise(turn) | (dict(near="") if radius < 0.7 else {})
        return ActionMatch("walk in a circle" if gait == "walk" else "run in a circle", slots, start, side)
    if abs(turn) >= 33:
        side = side_of(turn)
        slots |= dict(side=side) | (_angle(event.turn, f) if alone else {})
        if abs(turn) < 62:
            slots["veer"] = ""
        if 65 < abs(turn) < 115:
            slots["corner"] = ""
        family = "run and turn" if gait != "walk" else "walk and turn"
        if gait == "walk" and 150 <= abs(turn) <= 210:
            family = "walk and turn around"
        return ActionMatch(family, slots, start, side, steps)
    slots["normal"] = ""
    return ActionMatch(gait, slots, start, alone=steps)


def measured(evidence: Evidence) -> Found:
    """What is seen without any label: ways, turns, jumps, postures and their changes; else standing."""
    fours = sum(e.end - e.start for e in evidence.of("fours"))
    if fours > 0.4 * evidence.facts.seconds * FPS:
        return crawl(evidence, "") or [ActionMatch("on all fours")]
    found = [*ways(evidence, 0.7), *lying(evidence, "")]
    lows = [e for e in evidence.events if re.fullmatch(r"stand>(low|sit)|(low|sit)>stand", e.kind)]
    if not found and evidence.of("inverted"):
        return [ActionMatch("acrobatics", start=0.0)]
    if not any(a.family in ("lie down", "fall", "get up") for a in found):
        if lows and evidence.of("sit") and _long(evidence, "sit"):
            found += sitting(evidence, "")
        elif lows or evidence.of("low", "fours", "sit"):
            found += crawl(evidence, "") or crouch(evidence, "")
    found += jump(evidence, "")
    if not found:
        bows = [b for b in evidence.of("bow") if b.amount > 45]
        raised = [e for e in evidence.of("raise") if e.end - e.start >= FPS // 2]
        if bows:
            slots = dict(up="") if bows[0].feet == "upup" else {}
            slots |= dict(hands="") if bows[0].speed < 0.35 else {}
            found.append(ActionMatch("bend down", slots, bows[0].start / FPS))
        if raised:
            longest = max(raised, key=lambda e: e.end - e.start)
            arms = (evidence.facts.left, evidence.facts.right) if longest.side == "both" else (
                getattr(evidence.facts, longest.side),)  # fmt: skip
            if longest.side == "both":
                found.append(ActionMatch("raise both hands", heights(*arms), longest.start / FPS))
            else:
                slots = dict(side=longest.side) | heights(*arms)
                found.append(ActionMatch("raise hand", slots, longest.start / FPS, longest.side))
        elif (
            not found
            and evidence.active
            and max(evidence.facts.left.reach, evidence.facts.right.reach) > 0.35
        ):
            hand = main_hand(evidence)
            slots = dict(side=hand) if hand else dict(both="")
            found.append(ActionMatch("arm movement", slots, side=hand))
    return found or [standing(evidence)]


def _long(evidence: Evidence, posture: str) -> bool:
    return any(e.end - e.start > 0.8 * FPS for e in evidence.of(posture))


def find_actions(evidence: Evidence) -> Found:
    """All actions that captions of a motion may contain, in order; never empty."""
    found = claims(evidence)
    mentioned = {a.family for a in found}
    speaks_of_ways = bool(_WAYS.search(evidence.words))
    if not found:
        found = ways(evidence, 0.4) if speaks_of_ways and evidence.of("walk") else measured(evidence)
    elif not mentioned & GO_ABOUT:
        found = found + ways(evidence, 0.5 if speaks_of_ways else 1.2)
    elif speaks_of_ways and not mentioned & (GO_ABOUT - BESIDE_WAYS):
        found = found + [w for w in ways(evidence, 0.8) if w.family not in ("sidestep", "walk diagonally")]
    ordered = sorted(found, key=lambda a: a.start)
    if len({a.family for a in ordered}) > 1 and ordered[0].family in ("stand", "stand and move"):
        ordered = [a for a in ordered if a.family not in ("stand", "stand and move")]
    implied = set().union(*(IMPLIED[family] for family in mentioned if family in IMPLIED))
    ordered = [a for a in ordered if a.family not in implied]
    kept: Found = []
    for action in ordered:
        last = kept[-1] if kept else None
        if (
            last
            and last.family == action.family
            and (last.side == action.side or not (last.side and action.side))
        ):
            kept[-1] = action if action.side else last
        else:
            kept.append(action)
    return kept[:4]
