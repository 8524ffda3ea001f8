"""Checks of a label: evidence and words of the label → the actions that the events confirm."""

import re
from collections.abc import Callable

from labkit.motion import FPS
from labkit_data.captions.evidence import ActionMatch, Evidence, Found
from labkit_data.captions.grammar import NUMBERS, article, side_of, times
from labkit_data.events import Event
from labkit_data.kinematics import Measures, Side

Check = Callable[[Evidence, str], Found]


def shown(family: str, least: float = 0.14) -> Check:
    """A claim that geometry cannot check: enough that the body is not still.

    least: activity, metres a second; less will do where the label is of this very motion.
    """

    def check(evidence: Evidence, words: str) -> Found:
        return [ActionMatch(family)] if evidence.moves(least) else []

    return check


def dance(family: str) -> Check:
    """Dances, which have slow moments."""
    return shown(family, 0.06)


def in_place(family: str, least: float) -> Check:
    """As `shown`, of a body that stays in place: walkers swing their arms, and captions omit it."""

    def check(evidence: Evidence, words: str) -> Found:
        still = evidence.facts.distance < 0.8 and not evidence.of("jump")
        if (
            family == "swing arms"
            and max(evidence.facts.left.hand_speed, evidence.facts.right.hand_speed) < 0.5
        ):
            return []
        return [ActionMatch(family)] if evidence.moves(least) and still else []

    return check


def armed(family: str) -> Check:
    """As `shown`, with the hand that does most of it where one clearly does."""

    def check(evidence: Evidence, words: str) -> Found:
        if not evidence.active:
            return []
        hand = main_hand(evidence)
        slots = dict(side=hand) if hand else {}
        if evidence.label_matches("serve"):
            slots["serve"] = ""
        return [ActionMatch(family, slots, side=hand)]

    return check


def main_hand(evidence: Evidence) -> str:
    left, right = evidence.facts.left.reach, evidence.facts.right.reach
    return (
        "" if max(left, right) < 0.3 or max(left, right) < 1.7 * min(left, right) else side_of(left - right)
    )


def martial_arts(evidence: Evidence, words: str) -> Found:
    slots: dict[str, str] = {}
    if evidence.label_matches(r"karate|kata|empi|bassai|heian|geri|oiduki|gedan|syutou"):
        slots["karate"] = ""
    if evidence.label_matches(r"kata\b|empi|bassai|heian"):
        slots["kata"] = ""
    if evidence.of("kick") and evidence.of("punch"):
        slots["kicks"] = ""
    floor = [a for a in lying(evidence, words) if a.family != "lying"]
    if not evidence.active:
        return stance(evidence, words)
    if floor and not evidence.of("kick", "punch"):
        return floor  # the end of a fight
    return [ActionMatch("martial arts", slots), *kick(evidence, words), *floor]


def stance(evidence: Evidence, words: str) -> Found:
    """Ready to fight: the fists up, the body nearly still."""
    up = min(evidence.facts.left.raised, evidence.facts.right.raised) > -0.35
    return [ActionMatch("fighting stance")] if up else []


def kick(evidence: Evidence, words: str) -> Found:
    kicks = evidence.of("kick")
    if not kicks:
        return []
    slots: dict[str, str] = {}
    sides = {k.side for k in kicks}
    top = max(kicks, key=lambda k: k.amount)
    if len(sides) == 1:
        slots["side"] = top.side
        if len(kicks) in (2, 3, 4):
            slots["count"] = times(len(kicks))
    else:
        slots["both"] = ""
    if top.amount > 0.95:
        slots["high"] = ""
    elif max(k.amount for k in kicks) < 0.5:
        slots["low"] = ""
    if top.way == "front" and all(k.way == "front" for k in kicks):
        slots["front"] = ""
    if all(k.way == "side" for k in kicks):
        slots["lateral"] = ""
    return [ActionMatch("kick", slots, kicks[0].start / FPS, slots.get("side", ""))]


def special_kick(family: str) -> Check:
    def check(evidence: Evidence, words: str) -> Found:
        found = kick(evidence, words)
        if not found:
            return []
        high = found[0]
        spins = abs(evidence.facts.turn) > 100 or any(abs(t) > 100 for t in evidence.facts.turns)
        if family == "jump kick" and not evidence.of("jump") or family == "spin kick" and not spins:
            return found
        slots = high.slots | (dict(jump="") if evidence.of("jump") else {})
        return [ActionMatch(family, slots, high.start, high.side)]

    return check


def ball_kick(evidence: Evidence, words: str) -> Found:
    kicks = evidence.of("kick")
    left, right = evidence.facts.left.foot_raised, evidence.facts.right.foot_raised
    if max(left, right) < 0.2:
        return []
    side = max(kicks, key=lambda k: k.amount).side if kicks else ""
    if not side and evidence.facts.left.foot_speed != evidence.facts.right.foot_speed:
        ratio = evidence.facts.left.foot_speed / max(evidence.facts.right.foot_speed, 1e-6)
        side = "left" if ratio > 1.25 else "right" if ratio < 0.8 else ""
    return [ActionMatch("kick ball", dict(side=side) if side else {}, side=side)]


def punch(evidence: Evidence, words: str) -> Found:
    punches = evidence.of("punch")
    if evidence.label_matches(r"\bupper|hook"):  # these come from below or aside: fast hands are enough
        quick = {s: getattr(evidence.facts, s).hand_speed for s in ("left", "right")}
        if max(quick.values()) < 2.0:
            return []
        sides = set(re.findall(r"\b(left|right)\b", words)) or {s for s, v in quick.items() if v > 2.0}
    else:
        if not punches:
            return []
        measured = [p.side for p in punches]
        most = max(set(measured), key=measured.count)
        sides = {most} if measured.count(most) >= 0.8 * len(measured) else {"left", "right"}
        labelled = set(re.findall(r"\b(left|right)\b", evidence.words))
        if len(labelled) == 1 and labelled <= set(measured):
            sides = labelled
    slots: dict[str, str] = dict(both="") if len(sides) > 1 else dict(side=sides.pop())
    for word, slot in (("hook", "hook"), (r"\bupper", "upper"), ("straight|jab|zap|cross", "straight")):
        if evidence.label_matches(word):
            slots[slot] = ""
    if "side" in slots and 2 <= len(punches) <= 4 and all(p.side == slots["side"] for p in punches):
        slots["count"] = times(len(punches))
    start = punches[0].start / FPS if punches else 0.0
    return [ActionMatch("punch", slots, start, slots.get("side", ""))]


def box(evidence: Evidence, words: str) -> Found:
    quick = max(evidence.facts.left.hand_speed, evidence.facts.right.hand_speed)
    return [ActionMatch("box")] if evidence.of("punch") or quick > 2.5 else []


def hit(evidence: Evidence, words: str) -> Found:
    target = re.search(r"head|chest", evidence.words)
    return [ActionMatch("get hit", dict(target=target[0]) if target else {})] if evidence.moves(0.14) else []


def pushed(evidence: Evidence, words: str) -> Found:
    if not evidence.active:
        return []
    slots = dict(steps="") if evidence.facts.distance > 0.5 else {}
    return [ActionMatch("pushed", slots)]


def jump(evidence: Evidence, words: str) -> Found:
    """Jumps one by one or, where they are alike, together."""
    jumps = [j for j in evidence.of("jump") if not _in_run(evidence, j)]
    if not jumps:
        return []
    ways = [j.way for j in jumps]
    way = max(set(ways), key=ways.count)
    chosen = [j for j in jumps if j.way == way]
    top = max(chosen, key=lambda j: j.speed)
    slots: dict[str, str] = {}
    side = ""
    if len(jumps) == len(chosen) > 1:
        slots["count"] = times(len(jumps))
        if way == "up":
            slots["many"] = ""
    family = {
        "up": "jump up",
        "forward": "jump forward",
        "backwards": "jump backwards",
        "turn": "jump and turn",
    }
    if way in ("left", "right"):
        slots["side"] = side = way
    elif way == "turn":
        slots["side"] = side = side_of(top.turn)
        angle = min((90, 180, 270, 360), key=lambda a: abs(a - abs(top.turn)))
        if abs(angle - abs(top.turn)) <= 15:
            slots["degrees"] = str(angle)
        if abs(top.turn) > 150:
            slots["around"] = ""
        if 150 < abs(top.turn) < 210:
            slots["half"] = ""
    elif way == "forward":
        slots["long" if top.amount > 1.0 else "short"] = "" if top.amount > 1.0 or top.amount < 0.45 else None
    if way == "up" and top.speed > 0.28:
        slots["high"] = ""
    slots = {k: v for k, v in slots.items() if v is not None}
    return [ActionMatch(family.get(way, "jump sideways"), slots, chosen[0].start / FPS, side)]


def _in_run(evidence: Evidence, jump: Event) -> bool:
    """A flight of a run: from one foot to the other, low."""
    walks = [w for w in evidence.of("walk") if w.start <= jump.start and jump.end <= w.end]
    fast = any(w.speed > 1.5 for w in walks)
    return jump.feet != "two" and jump.speed < 0.14 and fast


def hops(evidence: Evidence, words: str) -> Found:
    jumps = evidence.of("jump")
    hops = [j for j in jumps if j.feet == "one"]
    if not hops:
        return jump(evidence, words)
    slots: dict[str, str] = {}
    sides = [h.side for h in hops]
    side = max(set(sides), key=sides.count)
    side = side if sides.count(side) >= 0.8 * len(sides) else ""
    if side:
        slots["foot"] = side
    if len(hops) > 1 and len(hops) == len(jumps):
        slots["count"] = times(len(hops))
    if sum(h.amount for h in hops if h.way == "forward") > 0.4:
        slots["forward"] = ""
    return [ActionMatch("hop", slots, hops[0].start / FPS, side)]


def leap(evidence: Evidence, words: str) -> Found:
    jumps = [j for j in evidence.of("jump") if j.amount > 0.5]
    return [ActionMatch("leap", {}, jumps[0].start / FPS)] if jumps else jump(evidence, words)


def jump_over(evidence: Evidence, words: str) -> Found:
    jumps = [j for j in evidence.of("jump") if not _in_run(evidence, j) or j.speed > 0.1]
    if jumps:
        return [ActionMatch("jump over", {}, max(jumps, key=lambda j: j.speed).start / FPS)]
    return []


def jumping_jacks(evidence: Evidence, words: str) -> Found:
    n = evidence.facts.jacks
    if n < 1:
        return []
    return [ActionMatch("jumping jacks", dict(number=NUMBERS[n]) if 2 <= n <= 10 else {})]


def squats(evidence: Evidence, words: str) -> Found:
    n = evidence.facts.squats
    if not n:
        return []
    slots = dict(count=times(n), number=NUMBERS[n]) if 2 <= n <= 10 else {}
    return [ActionMatch("squat", slots)]


def jog_in_place(evidence: Evidence, words: str) -> Found:
    steady = (
        evidence.facts.lifts >= 4
        and evidence.facts.distance < 0.5 * evidence.facts.seconds
        and not evidence.facts.jacks
    )
    return [ActionMatch("jog in place")] if steady else []


def twist(evidence: Evidence, words: str) -> Found:
    return [ActionMatch("twist")] if evidence.facts.twists >= 2 and not evidence.facts.jacks else []


def stretch(evidence: Evidence, words: str) -> Found:
    other = evidence.facts.jacks or evidence.facts.squats or evidence.facts.lifts >= 4
    return [ActionMatch("stretch")] if evidence.active and not other else []


def inverted(family: str) -> Check:
    """The head below the hips and a foot above them: cartwheels, handstands, flips."""

    def check(evidence: Evidence, words: str) -> Found:
        turned = evidence.of("inverted")
        if not turned:
            return []
        longest = max(e.end - e.start for e in turned)
        name = family
        if family == "cartwheel" and longest > 2.5 * FPS:
            name = "handstand"
        slots: dict[str, str] = {}
        if evidence.label_matches("side ?flip"):
            slots["lateral"] = ""
        if evidence.label_matches("front ?flip"):
            slots["front"] = ""
        if len(turned) > 1:
            slots["many"] = ""
        if name == "cartwheel" and 2 <= len(turned) <= 6:
            slots["number"] = NUMBERS[len(turned)]
        if evidence.label_matches("kick"):
            slots["kicks"] = ""
        return [ActionMatch(name, slots, turned[0].start / FPS)]

    return check


def roll(family: str) -> Check:
    def check(evidence: Evidence, words: str) -> Found:
        if evidence.facts.lowest > 0.55 or evidence.facts.tilt < 75:
            return []
        low = [e for e in evidence.events if e.kind in ("inverted", "lie", "fours", "low")]
        return [ActionMatch(family, {}, low[0].start / FPS if low else 0.0)]

    return check


def sitting(evidence: Evidence, words: str) -> Found:
    """What the postures show: sits down, sits, stands up; a low stool may look like a crouch."""
    seats = ("sit", "low")
    slots: dict[str, str] = {}
    held = evidence.of(*seats)
    if not held:
        return []
    height = min(e.amount for e in held)
    if height < 0.3 or evidence.label_matches("floor|ground|cross"):
        slots["floor"] = ""
    else:
        slots["chair"] = ""
    thing = re.search(r"step ?stool|high stool|stool|bench", evidence.words)
    if thing and "chair" in slots:
        slots["thing"] = {"high stool": "a high stool"}.get(thing[0], article(thing[0].replace("step ", "")))
        slots["thing"] = slots["thing"].replace("stepstool", "stool")
    if evidence.label_matches("talk"):
        slots["talk"] = ""
    if max(evidence.facts.left.hand_speed, evidence.facts.right.hand_speed) > 1.2:
        slots["arms"] = ""
    down = [e for e in evidence.events if re.fullmatch(r"stand>(sit|low)", e.kind)]
    up = [e for e in evidence.events if re.fullmatch(r"(sit|low)>stand", e.kind)]
    if down and up and down[0].start < up[-1].start and up[-1].start - down[0].end < 3 * FPS:
        return [ActionMatch("sit down and stand up", slots, down[0].start / FPS)]
    found = []
    if down:
        found.append(ActionMatch("sit down", slots, down[0].start / FPS))
    if up:
        found.append(ActionMatch("stand up", slots, up[-1].start / FPS))
    longest = max(held, key=lambda e: e.end - e.start)
    if not found or not down and longest.end - longest.start > 2 * FPS:
        if not evidence.active:
            slots = slots | dict(still="")
        found.append(ActionMatch("seated", slots, longest.start / FPS))
    return found


def crouch(evidence: Evidence, words: str) -> Found:
    low = [e for e in evidence.of("low", "sit", "fours") if e.end - e.start >= 6]
    if not low:
        return []
    down = [e for e in evidence.events if re.fullmatch(r"stand>(low|sit|fours)", e.kind)]
    up = [e for e in evidence.events if re.fullmatch(r"(low|sit|fours)>stand", e.kind)]
    if any(
        w.start < e.end and e.start < w.end and w.amount > 1 for w in evidence.of("walk") for e in low
    ) and (sum(e.end - e.start for e in low) > 0.6 * evidence.facts.seconds * FPS):
        return [ActionMatch("crouch walk")]
    if up and not down:
        return [ActionMatch("rise from crouch", {}, up[0].start / FPS)]
    slots = dict(up="") if up else {} if down else dict(still="")
    return [ActionMatch("crouch", slots, (down or low)[0].start / FPS)]


def kneel(evidence: Evidence, words: str) -> Found:
    return (
        [ActionMatch("kneel", dict(work="") if evidence.label_matches("fix") else {})]
        if evidence.facts.kneels
        else []
    )


def lying(evidence: Evidence, words: str) -> Found:
    """Lying, lying down and getting up, falls too, by the postures and how fast they change."""
    lies = evidence.of("lie")
    if not lies:
        return []
    found = []
    slots = _on(lies[0].way)
    down = [e for e in evidence.events if re.fullmatch(r"(stand|low|sit|fours|inverted)>lie", e.kind)]
    # from all fours to the belly and back is no lying down, nor is sinking back while getting up
    first = min((e.start for e in lies), default=0)
    before = evidence.of("stand") + [e for e in evidence.of("low", "sit", "inverted") if e.start < first]
    down = [e for e in down if any(p.start < e.start for p in before)]
    up = [e for e in evidence.events if re.fullmatch(r"lie>(stand|low|sit|fours)", e.kind)]
    stands = evidence.of("stand")
    if down:
        began_up = any(s.start < down[0].start for s in stands)
        name = (
            "fall"
            if evidence.label_matches(r"fall|death|slip|faint|trip") or down[0].speed > 2.2
            else "lie down"
        )
        more = dict(stood="") if began_up else dict(crouched="") if evidence.of("low") else {}
        found.append(ActionMatch(name, slots | more, down[0].start / FPS))
    if up:
        ends_up = any(s.end > up[-1].end for s in stands)
        last = up[-1].kind.split(">")[1]
        later = [e.kind for e in evidence.of("low", "sit", "fours") if e.start > up[-1].start]
        name = (
            "get up" if ends_up
            else "sit up" if "sit" in (last, *later[-1:])
            else "get up to crouch" if "low" in (last, *later[-1:])
            else "lying"
        )  # fmt: skip
        found.append(ActionMatch(name, _on(lies[-1].way), up[-1].start / FPS))
    if not found:
        more = dict(still="") if not evidence.active else {}
        found.append(ActionMatch("lying", slots | more, lies[0].start / FPS))
    return found


def _on(way: str) -> dict[str, str]:
    return dict(lying=way) if way in ("back", "stomach", "side") else {}


def get_up(evidence: Evidence, words: str) -> Found:
    """From the floor: lying, on all fours or sitting low, to standing."""
    found = [a for a in lying(evidence, words) if a.family != "lying"]
    if found:
        return found
    ups = [e for e in evidence.events if re.fullmatch(r"(low|sit|fours)>stand", e.kind)]
    if ups and evidence.facts.lowest < 0.45:
        return [ActionMatch("get up", {}, ups[0].start / FPS)]
    return crouch(evidence, words)


def fall(evidence: Evidence, words: str) -> Found:
    found = lying(evidence, words)
    if any(a.family in ("fall", "get up", "sit up", "get up to crouch") for a in found):
        return found
    down = [e for e in evidence.events if re.fullmatch(r"stand>(low|sit|fours)", e.kind) and e.speed > 1.2]
    if down and evidence.facts.lowest < 0.45:
        return [ActionMatch("fall", {}, down[0].start / FPS)]
    return found


def slip(evidence: Evidence, words: str) -> Found:
    falls = evidence.facts.lowest < 0.6
    return [ActionMatch("slip")] if falls or evidence.active else []


def crawl(evidence: Evidence, words: str) -> Found:
    """On hands and knees, or on the belly where the label states it."""
    belly = evidence.label_matches("stomach|belly|army")
    fours = evidence.of("fours", "lie") if "crawl" in words else evidence.of("fours")
    if (
        sum(e.end - e.start for e in fours) < 0.3 * evidence.facts.seconds * FPS
        or evidence.facts.distance < 0.3
    ):
        return []
    low = belly or evidence.facts.highest < 0.4
    back = evidence.facts.forward < -0.3
    slots = dict(belly="") if low else dict(knees="")
    if evidence.facts.forward > 0.3:
        slots["forward"] = ""
    return [ActionMatch("crawl backwards" if back else "crawl", slots, fours[0].start / FPS)]


def bend(family: str) -> Check:
    """Picking up and putting down: a hand that goes low, by bending or crouching."""

    def check(evidence: Evidence, words: str) -> Found:
        f = evidence.facts
        moved = (max if evidence.label_matches("table|hand") else min)(
            f.left.reach, f.right.reach
        ) > 0.25  # from a table
        if (
            f.hands_lowest > 0.62
            and not moved
            or family == "pick up"
            and max(f.end_height, f.start_height) < 0.7
        ):
            return []
        slots: dict[str, str] = {}
        if f.hands_lowest < 0.5:
            slots["low"] = slots["bent"] = ""
        if f.lowest < 0.72:
            slots["crouched"] = ""
        if evidence.label_matches(r"\bbox"):
            slots["thing"] = "a box"
        if f.left.hand_lowest < 0.65 and f.right.hand_lowest < 0.65:
            slots["both"] = ""
        elif abs(f.left.hand_lowest - f.right.hand_lowest) > 0.2:
            slots["side"] = side_of(f.right.hand_lowest - f.left.hand_lowest)
        return [ActionMatch(family, slots, f.hands_lowest_at, slots.get("side", ""))]

    return check


def lift(evidence: Evidence, words: str) -> Found:
    """Lifting what need not lie on the floor; from there it is picking up."""
    f = evidence.facts
    if f.hands_lowest < 0.6:
        return bend("pick up")(evidence, words)
    if max(f.left.reach, f.right.reach) < 0.25:
        return []
    slots = dict(thing="a box") if evidence.label_matches(r"\bbox") else {}
    if min(f.left.reach, f.right.reach) > 0.25:
        slots["both"] = ""
    if min(f.left.raised, f.right.raised) > 0.15:
        slots["overhead"] = ""
    return [ActionMatch("lift", slots)]


def throw(evidence: Evidence, words: str) -> Found:
    """With the hand that is quicker by a third, or the one that the label names."""
    f = evidence.facts
    left, right = f.left.hand_speed, f.right.hand_speed
    if max(left, right) < 2.0:
        return []
    side = "" if max(left, right) < 1.33 * min(left, right) else side_of(left - right)
    labelled = re.findall(r"with the (left|right)", evidence.words)
    if labelled and getattr(f, labelled[0]).hand_speed > 0.8 * max(left, right):
        side = labelled[0]
    return [ActionMatch("throw", dict(side=side) if side else {}, side=side)]


def reach_out(evidence: Evidence, words: str) -> Found:
    hand = main_hand(evidence)
    if max(evidence.facts.left.reach, evidence.facts.right.reach) < 0.2:
        return []
    return [ActionMatch("reach out", dict(side=hand) if hand else {}, side=hand)]


def skip(evidence: Evidence, words: str) -> Found:
    return [ActionMatch("skip")] if evidence.facts.distance > 0.6 else []


def carry(evidence: Evidence, words: str) -> Found:
    walks = [w for w in evidence.of("walk") if w.amount > 0.8]
    if not walks:
        return []
    thing = "a box" if evidence.label_matches(r"\bbox") else "something"
    slots = dict(thing=thing) | (dict(run="") if max(w.speed for w in walks) > 1.9 else {})
    return [ActionMatch("carry", slots, walks[0].start / FPS)]


def climb(evidence: Evidence, words: str) -> Found:
    if evidence.facts.rise < 0.25:
        return []
    slots: dict[str, str] = {}
    if evidence.label_matches("ladder"):
        slots["thing"] = "a ladder"
    elif evidence.label_matches("step|stair"):
        slots["thing"] = "steps"
    return [ActionMatch("climb", slots)]


def climb_frame(evidence: Evidence, words: str) -> Found:
    """On a playground, where the label names one."""
    if evidence.label_matches(r"playground|\bbars?\b|frame|jungle|^climb(,|$)"):
        return [ActionMatch("climb frame")] if evidence.active else []
    return climb(evidence, words)


def wave(evidence: Evidence, words: str) -> Found:
    f = evidence.facts
    both = "both" in words or min(f.left.waves, f.right.waves) >= 2
    named = re.search(r"\b(left|right)\b", words)
    bye = dict(bye="") if "bye" in words else {}
    if both and not named:
        n = max(f.left.waves, f.right.waves)
        slots = bye | (dict(count=times(n)) if n >= 3 else {}) | heights(f.left, f.right)
        return [ActionMatch("wave both hands", slots)] if evidence.active else []
    hand = named[1] if named else _waver(f)
    if not hand:
        return [ActionMatch("wave", bye)] if evidence.active else []
    arm = getattr(f, hand)
    if arm.reach < 0.2:
        return []
    slots = bye | dict(side=hand) | (dict(count=times(arm.waves)) if arm.waves >= 3 else {})
    return [ActionMatch("wave", slots, side=hand)]


def _waver(f: Measures) -> str:
    if f.left.waves != f.right.waves and max(f.left.waves, f.right.waves) >= 2:
        return side_of(f.left.waves - f.right.waves)
    return side_of(f.left.raised - f.right.raised) if abs(f.left.raised - f.right.raised) > 0.15 else ""


def heights(*arms: Side) -> dict[str, str]:
    slots = {}
    if all(a.raised > 0.33 for a in arms):
        slots["high"] = ""
    elif all(abs(a.raised) < 0.12 for a in arms):
        slots["level"] = ""
    if all(a.raised > -0.2 and a.raised_at_end < -0.25 for a in arms):
        slots["down"] = ""
    return slots


def raise_hand(evidence: Evidence, words: str) -> Found:
    f = evidence.facts
    named = re.search(r"\b(left|right)\b", words)
    if named:
        arm = getattr(f, named[1])
        if arm.reach < 0.2 and arm.raised_at_end < -0.1:
            return []
        return [ActionMatch("raise hand", dict(side=named[1]) | heights(arm), side=named[1])]
    arms = (f.left, f.right)
    if any(arm.reach < 0.2 and arm.raised_at_end < -0.1 for arm in arms):
        return []
    if "both" not in words and "arms" not in words and "hands" not in words:
        hand = main_hand(evidence)
        return (
            [ActionMatch("raise hand", dict(side=hand) | heights(getattr(f, hand)), side=hand)]
            if hand
            else []
        )
    return [ActionMatch("raise both hands", heights(*arms))]


def bow(evidence: Evidence, words: str) -> Found:
    bent = evidence.facts.tilt - min(evidence.facts.start_tilt, evidence.facts.end_tilt)
    if bent < 12 or evidence.facts.distance > 1.2:
        return []
    slots = dict(deep="") if bent > 60 else dict(slight="") if bent < 28 else {}
    return [ActionMatch("bow", slots)]


def gesture(family: str) -> Check:
    def check(evidence: Evidence, words: str) -> Found:
        if not evidence.active:
            return []
        hand = main_hand(evidence)
        return [ActionMatch(family, dict(side=hand) if hand else {}, side=hand)]

    return check


def balance(evidence: Evidence, words: str) -> Found:
    foot = evidence.facts.stands_on
    if not foot:
        return []
    other = {"left": "right", "right": "left"}[foot]
    return [ActionMatch("balance", dict(foot=foot, other=other, side=foot), side=foot)]


def going(family: str) -> Check:
    """Ways of walking: the body must get somewhere."""

    def check(evidence: Evidence, words: str) -> Found:
        walks = [w for w in evidence.of("walk") if w.amount > 0.6]
        slots: dict[str, str] = {}
        if walks and all(abs(w.turn) < 28 and not w.turns and w.way == "forward" for w in walks):
            slots["straight"] = ""
        if evidence.facts.speed < 0.6:
            slots["slow"] = ""
        if evidence.facts.lowest < 0.8:
            slots["low"] = ""
        return [ActionMatch(family, slots, walks[0].start / FPS)] if walks else []

    return check


def animal(evidence: Evidence, words: str) -> Found:
    name = re.search(
        r"prairie dog|bear|dog|mouse|chicken|dinosaur|snake|monkey|elephant|cat|bird|lion|penguin", words
    )
    return [ActionMatch("animal", dict(animal=article(name[0])))] if name and evidence.moves(0.06) else []


_MOVES = {
    "pirouette": "a pirouette",
    "arabesque": "an arabesque",
    "jete": "a leap",
    "bending back": "a bend backwards",
}


def ballet(evidence: Evidence, words: str) -> Found:
    moves = [phrase for word, phrase in _MOVES.items() if word in evidence.words]
    # a piece of a longer dance need not show the one that is named
    slots = dict(move=moves[0]) if len(moves) == 1 and not evidence.label_matches("piece of") else {}
    return [ActionMatch("ballet", slots)] if evidence.moves(0.06) else []


def breakdance(evidence: Evidence, words: str) -> Found:
    floor = [e for e in evidence.of("lie", "fours", "inverted") if e.end - e.start >= FPS // 2]
    return [ActionMatch("breakdance", dict(floor="") if floor else {})] if evidence.active else []


def basketball(evidence: Evidence, words: str) -> Found:
    slots: dict[str, str] = {}
    walks = evidence.of("walk")
    if walks:
        slots["run" if max(w.speed for w in walks) > 1.9 else "walk"] = ""
        if evidence.facts.forward > 0.7 * evidence.facts.distance and abs(evidence.facts.turn) < 30:
            slots["forward"] = ""
    if evidence.label_matches("shoot") and max(evidence.facts.left.raised, evidence.facts.right.raised) > 0.3:
        slots["shoot"] = ""
    return [ActionMatch("basketball", slots)] if evidence.active else []


def spin(evidence: Evidence, words: str) -> Found:
    turn = max([evidence.facts.turn, *evidence.facts.turns], key=abs)
    if abs(turn) < 150:
        return []
    slots = clockwise(turn) | dict(side=side_of(turn))
    if 320 < abs(turn) < 400:
        slots["full"] = ""
    if abs(turn) > 600:
        slots["many"] = ""
    return [ActionMatch("spin", slots, side=side_of(turn))]


def clockwise(turn: float) -> dict[str, str]:
    return dict(clockwise="counterclockwise" if turn > 0 else "clockwise")


def reach_up(evidence: Evidence, words: str) -> Found:
    left, right = evidence.facts.left.raised, evidence.facts.right.raised
    if max(left, right) < 0.3:
        return []
    side = "" if min(left, right) > 0.1 else side_of(left - right)
    slots = (dict(side=side) if side else {}) | (dict(jump="") if evidence.of("jump") else {})
    return [ActionMatch("reach up", slots, side=side)]


def drink(evidence: Evidence, words: str) -> Found:
    f = evidence.facts
    hands = {s: getattr(f, s).to_mouth for s in ("left", "right")}
    if min(hands.values()) > 0.32:
        return shown("open bottle")(evidence, words) if evidence.label_matches("screw") else []
    side = min(hands, key=lambda s: hands[s]) if max(hands.values()) > 0.4 else ""
    slots = (dict(side=side) if side else {}) | (dict(open="") if evidence.label_matches("unscrew") else {})
    return [ActionMatch("drink", slots, side=side)]


def looks(evidence: Evidence, words: str) -> Found:
    return [ActionMatch("look around")] if evidence.facts.gaze_range > 35 else []


def stand(evidence: Evidence, words: str) -> Found:
    if evidence.of("sit", "lie", "fours", "low") or any(b.amount > 50 for b in evidence.of("bow")):
        return []
    if evidence.facts.distance > 0.8 or evidence.facts.lowest < 0.8 or abs(evidence.facts.turn) > 40:
        return []
    return [standing(evidence)]


def standing(evidence: Evidence) -> ActionMatch:
    moving = evidence.active or evidence.facts.steps > 1
    arms = evidence.facts.left.reach < 0.15 and evidence.facts.right.reach < 0.15 and max(
        evidence.facts.left.raised, evidence.facts.right.raised) < -0.3  # fmt: skip
    return ActionMatch("stand and move" if moving else "stand", dict(arms="") if arms and not moving else {})


def duck(evidence: Evidence, words: str) -> Found:
    if evidence.facts.lowest > 0.8 and evidence.facts.tilt < 45:
        return []
    under = evidence.facts.distance > 1.0
    return [ActionMatch("duck under" if under else "dodge")]
