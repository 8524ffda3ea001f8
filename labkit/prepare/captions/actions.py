"""What a motion shows: families of actions in order, told by its label and borne out by what is measured.

A label makes claims (`RULES`: words → family); each claim has a check that the events of the very piece must
pass, and that fills the slots of the family's sentences. What a label says and the motion does not show is
dropped; where nothing is left, the motion is told by what is measured alone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from labkit.motion import FPS
from labkit.prepare.captions.grammar import NUMBERS, article, side_of, times
from labkit.prepare.events import Event
from labkit.prepare.kinematics import Measures


@dataclass(frozen=True)
class Action:
    """One family with the slots that its bodies may use. start: seconds, for the order.

    side: what is left or right about it, for labels. alone: slots that hold only if nothing else is told.
    """

    family: str
    slots: dict[str, str] = field(default_factory=dict)
    start: float = 0.0
    side: str = ""
    alone: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Scene:
    """A motion as the checks see it: its label's words, its events, its measures."""

    words: str
    facts: Measures
    events: tuple[Event, ...]

    def of(self, *kinds: str) -> list[Event]:
        return [e for e in self.events if e.kind in kinds]

    def says(self, pattern: str) -> bool:
        return bool(re.search(pattern, self.words))

    @property
    def active(self) -> bool:
        """Whether more happens than standing about."""
        return self.facts.activity > 0.14 or max(self.facts.left.reach, self.facts.right.reach) > 0.35


Found = list[Action]
Check = Callable[[Scene, str], Found]


def phrase(description: str) -> str:
    """A label as words in lower case: "Female1_B09_WalkTurnLeft90" → "walk turn left 90"."""
    text = re.sub(
        r"^((fe)?male\d|(sie_)?humanoid3d|wd2|boxing_boxman)_([a-d]\d+_)?", "", description, flags=re.I
    )
    text = re.sub(r"(?<=[a-z])(?=[A-Z0-9])|(?<=\d)(?=[A-Za-z])", " ", text)
    text = re.sub(r"[_#]", " ", text).lower()
    return re.sub(r"\s+", " ", text).strip()


# --- checks: a scene and the words that made the claim → the actions borne out


def _shown(family: str, least: float = 0.14) -> Check:
    """A claim that geometry cannot check: enough that the body is not still. least: activity, metres a second."""

    def check(scene: Scene, words: str) -> Found:
        return [Action(family)] if scene.facts.activity > least else []

    return check


def _in_place(family: str, least: float) -> Check:
    """As `_shown`, of a body that stays where it is: walkers swing their arms, and nobody says so."""

    def check(scene: Scene, words: str) -> Found:
        still = scene.facts.distance < 0.8 and not scene.of("jump")
        return [Action(family)] if scene.facts.activity > least and still else []

    return check


def _armed(family: str) -> Check:
    """As `_shown`, with the hand that does most of it where one clearly does."""

    def check(scene: Scene, words: str) -> Found:
        if not scene.active:
            return []
        hand = _hand(scene)
        slots = dict(side=hand) if hand else {}
        if scene.says("serve"):
            slots["serve"] = ""
        return [Action(family, slots, side=hand)]

    return check


def _hand(scene: Scene) -> str:
    left, right = scene.facts.left.reach, scene.facts.right.reach
    return (
        "" if max(left, right) < 0.3 or max(left, right) < 1.7 * min(left, right) else side_of(left - right)
    )


def _still_or(family: str) -> Check:
    """Fights: with blows, or a stance where nothing moves."""

    def check(scene: Scene, words: str) -> Found:
        slots: dict[str, str] = {}
        if scene.says(r"karate|kata|empi|bassai|heian|geri|oiduki|gedan|syutou"):
            slots["karate"] = ""
        if scene.says(r"kata\b|empi|bassai|heian"):
            slots["kata"] = ""
        if scene.of("kick") and scene.of("punch"):
            slots["kicks"] = ""
        return [Action(family, slots)] if scene.active else []

    return check


def _kick(scene: Scene, words: str) -> Found:
    kicks = scene.of("kick")
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
    return [Action("kick", slots, kicks[0].start / FPS, slots.get("side", ""))]


def _special_kick(family: str) -> Check:
    def check(scene: Scene, words: str) -> Found:
        found = _kick(scene, words)
        if not found:
            return []
        kick = found[0]
        spins = abs(scene.facts.turn) > 100 or any(abs(t) > 100 for t in scene.facts.turns)
        if family == "jump kick" and not scene.of("jump") or family == "spin kick" and not spins:
            return found
        slots = dict(kick.slots) | (dict(jump="") if scene.of("jump") else {})
        return [Action(family, slots, kick.start, kick.side)]

    return check


def _ball_kick(scene: Scene, words: str) -> Found:
    kicks = scene.of("kick")
    left, right = scene.facts.left.foot_raised, scene.facts.right.foot_raised
    if max(left, right) < 0.2:
        return []
    side = max(kicks, key=lambda k: k.amount).side if kicks else ""
    if not side and scene.facts.left.foot_speed != scene.facts.right.foot_speed:
        ratio = scene.facts.left.foot_speed / max(scene.facts.right.foot_speed, 1e-6)
        side = "left" if ratio > 1.25 else "right" if ratio < 0.8 else ""
    return [Action("kick ball", dict(side=side) if side else {}, side=side)]


def _punch(scene: Scene, words: str) -> Found:
    punches = scene.of("punch")
    if scene.says(r"\bupper|hook"):  # these come from below or aside: fast hands are enough
        quick = {s: getattr(scene.facts, s).hand_speed for s in ("left", "right")}
        if max(quick.values()) < 2.0:
            return []
        sides = set(re.findall(r"\b(left|right)\b", words)) or {s for s, v in quick.items() if v > 2.0}
    else:
        if not punches:
            return []
        measured = [p.side for p in punches]
        most = max(set(measured), key=measured.count)
        sides = {most} if measured.count(most) >= 0.8 * len(measured) else {"left", "right"}
    slots: dict[str, str] = dict(both="") if len(sides) > 1 else dict(side=sides.pop())
    for word, slot in (("hook", "hook"), (r"\bupper", "upper"), ("straight|jab|zap|cross", "straight")):
        if scene.says(word):
            slots[slot] = ""
    if "side" in slots and 2 <= len(punches) <= 4 and all(p.side == slots["side"] for p in punches):
        slots["count"] = times(len(punches))
    start = punches[0].start / FPS if punches else 0.0
    return [Action("punch", slots, start, slots.get("side", ""))]


def _box(scene: Scene, words: str) -> Found:
    quick = max(scene.facts.left.hand_speed, scene.facts.right.hand_speed)
    return [Action("box")] if scene.of("punch") or quick > 2.5 else []


def _hit(scene: Scene, words: str) -> Found:
    target = re.search(r"head|chest", scene.words)
    return [Action("get hit", dict(target=target[0]) if target else {})] if scene.active else []


def _pushed(scene: Scene, words: str) -> Found:
    if not scene.active:
        return []
    slots = dict(steps="") if scene.facts.distance > 0.5 else {}
    return [Action("pushed", slots)]


def _jumps(scene: Scene, words: str) -> Found:
    """Jumps told one by one or, where they are alike, together."""
    jumps = [j for j in scene.of("jump") if not _in_run(scene, j)]
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
    return [Action(family.get(way, "jump sideways"), slots, chosen[0].start / FPS, side)]


def _in_run(scene: Scene, jump: Event) -> bool:
    """A flight of a run: from one foot to the other, low."""
    walks = [w for w in scene.of("walk") if w.start <= jump.start and jump.end <= w.end]
    fast = any(w.speed > 1.5 for w in walks)
    return jump.feet != "two" and jump.speed < 0.14 and fast


def _hops(scene: Scene, words: str) -> Found:
    jumps = scene.of("jump")
    hops = [j for j in jumps if j.feet == "one"]
    if not hops:
        return _jumps(scene, words)
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
    return [Action("hop", slots, hops[0].start / FPS, side)]


def _leap(scene: Scene, words: str) -> Found:
    jumps = [j for j in scene.of("jump") if j.amount > 0.5]
    return [Action("leap", {}, jumps[0].start / FPS)] if jumps else _jumps(scene, words)


def _over(scene: Scene, words: str) -> Found:
    jumps = [j for j in scene.of("jump") if not _in_run(scene, j) or j.speed > 0.1]
    if jumps:
        return [Action("jump over", {}, max(jumps, key=lambda j: j.speed).start / FPS)]
    return []


def _jacks(scene: Scene, words: str) -> Found:
    n = scene.facts.jacks
    if n < 1:
        return []
    return [Action("jumping jacks", dict(number=NUMBERS[n]) if 2 <= n <= 10 else {})]


def _squats(scene: Scene, words: str) -> Found:
    n = scene.facts.squats
    if not n:
        return []
    slots = dict(count=times(n), number=NUMBERS[n]) if 2 <= n <= 10 else {}
    return [Action("squat", slots)]


def _jog_in_place(scene: Scene, words: str) -> Found:
    steady = (
        scene.facts.lifts >= 4 and scene.facts.distance < 0.5 * scene.facts.seconds and not scene.facts.jacks
    )
    return [Action("jog in place")] if steady else []


def _twist(scene: Scene, words: str) -> Found:
    return [Action("twist")] if scene.facts.twists >= 2 and not scene.facts.jacks else []


def _stretch(scene: Scene, words: str) -> Found:
    other = scene.facts.jacks or scene.facts.squats or scene.facts.lifts >= 4
    return [Action("stretch")] if scene.active and not other else []


def _inverted(family: str) -> Check:
    """The head below the hips and a foot above them: cartwheels, handstands, flips."""

    def check(scene: Scene, words: str) -> Found:
        turned = scene.of("inverted")
        if not turned:
            return []
        longest = max(e.end - e.start for e in turned)
        name = family
        if family == "cartwheel" and longest > 2.5 * FPS:
            name = "handstand"
        slots: dict[str, str] = {}
        if scene.says("side ?flip"):
            slots["lateral"] = ""
        if scene.says("front ?flip"):
            slots["front"] = ""
        if len(turned) > 1:
            slots["many"] = ""
        if name == "cartwheel" and 2 <= len(turned) <= 6:
            slots["number"] = NUMBERS[len(turned)]
        if scene.says("kick"):
            slots["kicks"] = ""
        return [Action(name, slots, turned[0].start / FPS)]

    return check


def _roll(family: str) -> Check:
    def check(scene: Scene, words: str) -> Found:
        if scene.facts.lowest > 0.55 or scene.facts.tilt < 75:
            return []
        low = [e for e in scene.events if e.kind in ("inverted", "lie", "fours", "low")]
        return [Action(family, {}, low[0].start / FPS if low else 0.0)]

    return check


def _sitting(scene: Scene, words: str) -> Found:
    """What the postures show: sits down, sits, stands up; a low stool may look like a crouch."""
    seats = ("sit", "low")
    slots: dict[str, str] = {}
    held = scene.of(*seats)
    if not held:
        return []
    height = min(e.amount for e in held)
    if height < 0.3 or scene.says("floor|ground|cross"):
        slots["floor"] = ""
    else:
        slots["chair"] = ""
    thing = re.search(r"step ?stool|high stool|stool|bench", scene.words)
    if thing and "chair" in slots:
        slots["thing"] = {"high stool": "a high stool"}.get(thing[0], article(thing[0].replace("step ", "")))
        slots["thing"] = slots["thing"].replace("stepstool", "stool")
    if scene.says("talk"):
        slots["talk"] = ""
    if max(scene.facts.left.hand_speed, scene.facts.right.hand_speed) > 1.2:
        slots["arms"] = ""
    down = [e for e in scene.events if re.fullmatch(r"stand>(sit|low)", e.kind)]
    up = [e for e in scene.events if re.fullmatch(r"(sit|low)>stand", e.kind)]
    if down and up and down[0].start < up[-1].start and up[-1].start - down[0].end < 3 * FPS:
        return [Action("sit down and stand up", slots, down[0].start / FPS)]
    found = []
    if down:
        found.append(Action("sit down", slots, down[0].start / FPS))
    if up:
        found.append(Action("stand up", slots, up[-1].start / FPS))
    longest = max(held, key=lambda e: e.end - e.start)
    if not found or not down and longest.end - longest.start > 2 * FPS:
        if not scene.active:
            slots = slots | dict(still="")
        found.append(Action("seated", slots, longest.start / FPS))
    return found


def _crouch(scene: Scene, words: str) -> Found:
    low = [e for e in scene.of("low", "sit", "fours") if e.end - e.start >= 6]
    if not low:
        return []
    down = [e for e in scene.events if re.fullmatch(r"stand>(low|sit|fours)", e.kind)]
    up = [e for e in scene.events if re.fullmatch(r"(low|sit|fours)>stand", e.kind)]
    if any(w.start < e.end and e.start < w.end and w.amount > 1 for w in scene.of("walk") for e in low) and (
        sum(e.end - e.start for e in low) > 0.6 * scene.facts.seconds * FPS
    ):
        return [Action("crouch walk")]
    if up and not down:
        return [Action("rise from crouch", {}, up[0].start / FPS)]
    slots = dict(up="") if up else {} if down else dict(still="")
    return [Action("crouch", slots, (down or low)[0].start / FPS)]


def _kneel(scene: Scene, words: str) -> Found:
    return [Action("kneel", dict(work="") if scene.says("fix") else {})] if scene.facts.kneels else []


def _lying(scene: Scene, words: str) -> Found:
    """Lying, lying down and getting up, falls too, by the postures and how fast they change."""
    lies = scene.of("lie")
    if not lies:
        return []
    found = []
    slots = _on(lies[0].way)
    down = [e for e in scene.events if re.fullmatch(r"(stand|low|sit|fours|inverted)>lie", e.kind)]
    up = [e for e in scene.events if re.fullmatch(r"lie>(stand|low|sit|fours)", e.kind)]
    stands = scene.of("stand")
    if down:
        began_up = any(s.start < down[0].start for s in stands)
        name = "fall" if scene.says(r"fall|death|slip|faint|trip") or down[0].speed > 2.2 else "lie down"
        more = dict(stood="") if began_up else dict(crouched="") if scene.of("low") else {}
        found.append(Action(name, slots | more, down[0].start / FPS))
    if up:
        ends_up = any(s.end > up[-1].end for s in stands)
        last = up[-1].kind.split(">")[1]
        later = [e.kind for e in scene.of("low", "sit", "fours") if e.start > up[-1].start]
        name = (
            "get up" if ends_up
            else "sit up" if "sit" in (last, *later[-1:])
            else "get up to crouch" if "low" in (last, *later[-1:])
            else "lying"
        )  # fmt: skip
        found.append(Action(name, _on(lies[-1].way), up[-1].start / FPS))
    if not found:
        more = dict(still="") if not scene.active else {}
        found.append(Action("lying", slots | more, lies[0].start / FPS))
    return found


def _on(way: str) -> dict[str, str]:
    return dict(lying=way) if way in ("back", "stomach", "side") else {}


def _get_up(scene: Scene, words: str) -> Found:
    """From the floor: lying, on all fours or sitting low, to standing."""
    found = [a for a in _lying(scene, words) if a.family != "lying"]
    if found:
        return found
    ups = [e for e in scene.events if re.fullmatch(r"(low|sit|fours)>stand", e.kind)]
    if ups and scene.facts.lowest < 0.45:
        return [Action("get up", {}, ups[0].start / FPS)]
    return _crouch(scene, words)


def _fall(scene: Scene, words: str) -> Found:
    found = _lying(scene, words)
    if any(a.family in ("fall", "get up", "sit up", "get up to crouch") for a in found):
        return found
    down = [e for e in scene.events if re.fullmatch(r"stand>(low|sit|fours)", e.kind) and e.speed > 1.2]
    if down and scene.facts.lowest < 0.45:
        return [Action("fall", {}, down[0].start / FPS)]
    return found


def _slip(scene: Scene, words: str) -> Found:
    falls = scene.facts.lowest < 0.6
    return [Action("slip")] if falls or scene.active else []


def _crawl(scene: Scene, words: str) -> Found:
    fours = scene.of("fours")
    if sum(e.end - e.start for e in fours) < 0.3 * scene.facts.seconds * FPS or scene.facts.distance < 0.3:
        return []
    back = scene.facts.forward < -0.3
    slots = {} if back or scene.facts.forward < 0.3 else dict(forward="")
    return [Action("crawl backwards" if back else "crawl", slots, fours[0].start / FPS)]


def _bend(family: str) -> Check:
    """Picking up and putting down: a hand that goes low, by bending or crouching."""

    def check(scene: Scene, words: str) -> Found:
        f = scene.facts
        moved = min(f.left.reach, f.right.reach) > 0.3  # from a table
        if (
            f.hands_lowest > 0.62
            and not moved
            or family == "pick up"
            and max(f.end_height, f.start_height) < 0.7
        ):
            return []
        slots: dict[str, str] = {}
        if f.hands_lowest < 0.5:
            slots["low"] = ""
        if f.lowest < 0.72:
            slots["crouched"] = ""
        if scene.says(r"\bbox"):
            slots["thing"] = "a box"
        if f.left.hand_lowest < 0.65 and f.right.hand_lowest < 0.65:
            slots["both"] = ""
        elif abs(f.left.hand_lowest - f.right.hand_lowest) > 0.2:
            slots["side"] = side_of(f.right.hand_lowest - f.left.hand_lowest)
        return [Action(family, slots, f.hands_lowest_at, slots.get("side", ""))]

    return check


def _carry(scene: Scene, words: str) -> Found:
    walks = [w for w in scene.of("walk") if w.amount > 0.8]
    if not walks:
        return []
    thing = "a box" if scene.says(r"\bbox") else "something"
    slots = dict(thing=thing) | (dict(run="") if max(w.speed for w in walks) > 1.9 else {})
    return [Action("carry", slots, walks[0].start / FPS)]


def _climb(scene: Scene, words: str) -> Found:
    if scene.facts.rise < 0.25:
        return []
    slots: dict[str, str] = {}
    if scene.says("ladder"):
        slots["thing"] = "a ladder"
    elif scene.says("step|stair"):
        slots["thing"] = "steps"
    return [Action("climb", slots)]


def _frame(scene: Scene, words: str) -> Found:
    """On a playground, where the label tells of one."""
    if scene.says(r"playground|\bbars?\b|frame|jungle|^climb(,|$)"):
        return [Action("climb frame")] if scene.active else []
    return _climb(scene, words)


def _wave(scene: Scene, words: str) -> Found:
    f = scene.facts
    both = "both" in words or min(f.left.waves, f.right.waves) >= 2
    named = re.search(r"\b(left|right)\b", words)
    bye = dict(bye="") if "bye" in words else {}
    if both and not named:
        n = max(f.left.waves, f.right.waves)
        slots = bye | (dict(count=times(n)) if n >= 3 else {}) | _height(f.left, f.right)
        return [Action("wave both hands", slots)] if scene.active else []
    hand = named[1] if named else _waver(f)
    if not hand:
        return [Action("wave", bye)] if scene.active else []
    arm = getattr(f, hand)
    if arm.reach < 0.2:
        return []
    slots = bye | dict(side=hand) | (dict(count=times(arm.waves)) if arm.waves >= 3 else {})
    return [Action("wave", slots, side=hand)]


def _waver(f: Measures) -> str:
    if f.left.waves != f.right.waves and max(f.left.waves, f.right.waves) >= 2:
        return side_of(f.left.waves - f.right.waves)
    return side_of(f.left.raised - f.right.raised) if abs(f.left.raised - f.right.raised) > 0.15 else ""


def _height(*arms) -> dict[str, str]:
    slots = {}
    if all(a.raised > 0.33 for a in arms):
        slots["high"] = ""
    elif all(abs(a.raised) < 0.12 for a in arms):
        slots["level"] = ""
    if all(a.raised > -0.2 and a.raised_at_end < -0.25 for a in arms):
        slots["down"] = ""
    return slots


def _raise(scene: Scene, words: str) -> Found:
    f = scene.facts
    named = re.search(r"\b(left|right)\b", words)
    if named:
        arm = getattr(f, named[1])
        if arm.reach < 0.2:
            return []
        return [Action("raise hand", dict(side=named[1]) | _height(arm), side=named[1])]
    if min(f.left.reach, f.right.reach) < 0.2:
        return []
    return [Action("raise both hands", _height(f.left, f.right))]


def _bow(scene: Scene, words: str) -> Found:
    bent = scene.facts.tilt - min(scene.facts.start_tilt, scene.facts.end_tilt)
    if bent < 12 or scene.facts.distance > 1.2:
        return []
    slots = dict(deep="") if bent > 60 else dict(slight="") if bent < 28 else {}
    return [Action("bow", slots)]


def _gesture(family: str) -> Check:
    def check(scene: Scene, words: str) -> Found:
        if not scene.active:
            return []
        hand = _hand(scene)
        return [Action(family, dict(side=hand) if hand else {}, side=hand)]

    return check


def _balance(scene: Scene, words: str) -> Found:
    foot = scene.facts.stands_on
    if not foot:
        return []
    other = {"left": "right", "right": "left"}[foot]
    return [Action("balance", dict(foot=foot, other=other, side=foot), side=foot)]


def _sneak(family: str) -> Check:
    """Ways of walking: the body must get somewhere."""

    def check(scene: Scene, words: str) -> Found:
        walks = [w for w in scene.of("walk") if w.amount > 0.6]
        slots: dict[str, str] = {}
        if walks and all(abs(w.turn) < 28 and not w.turns and w.way == "forward" for w in walks):
            slots["straight"] = ""
        if scene.facts.speed < 0.6:
            slots["slow"] = ""
        if scene.facts.lowest < 0.8:
            slots["low"] = ""
        return [Action(family, slots, walks[0].start / FPS)] if walks else []

    return check


def _animal(scene: Scene, words: str) -> Found:
    name = re.search(
        r"prairie dog|bear|dog|mouse|chicken|dinosaur|snake|monkey|elephant|cat|bird|lion|penguin", words
    )
    return [Action("animal", dict(animal=article(name[0])))] if name and scene.facts.activity > 0.06 else []


_MOVES = {
    "pirouette": "a pirouette", "arabesque": "an arabesque", "jete": "a leap", "bending back": "a bend backwards",
}  # fmt: skip


def _ballet(scene: Scene, words: str) -> Found:
    moves = [said for word, said in _MOVES.items() if word in scene.words]
    # a piece of a longer dance need not show the one that is named
    slots = dict(move=moves[0]) if len(moves) == 1 and not scene.says("piece of") else {}
    return [Action("ballet", slots)] if scene.facts.activity > 0.06 else []


def _breakdance(scene: Scene, words: str) -> Found:
    floor = scene.of("lie", "fours", "inverted", "low")
    return [Action("breakdance", dict(floor="") if floor else {})] if scene.active else []


def _basketball(scene: Scene, words: str) -> Found:
    slots: dict[str, str] = {}
    walks = scene.of("walk")
    if walks:
        slots["run" if max(w.speed for w in walks) > 1.9 else "walk"] = ""
        if scene.facts.forward > 0.7 * scene.facts.distance and abs(scene.facts.turn) < 30:
            slots["forward"] = ""
    if scene.says("shoot") and max(scene.facts.left.raised, scene.facts.right.raised) > 0.3:
        slots["shoot"] = ""
    return [Action("basketball", slots)] if scene.active else []


def _spin(scene: Scene, words: str) -> Found:
    turn = max([scene.facts.turn, *scene.facts.turns], key=abs)
    if abs(turn) < 150:
        return []
    slots = _clock(turn) | dict(side=side_of(turn))
    if 320 < abs(turn) < 400:
        slots["full"] = ""
    if abs(turn) > 600:
        slots["many"] = ""
    return [Action("spin", slots, side=side_of(turn))]


def _clock(turn: float) -> dict[str, str]:
    return dict(clockwise="counterclockwise" if turn > 0 else "clockwise")


def _reach_up(scene: Scene, words: str) -> Found:
    left, right = scene.facts.left.raised, scene.facts.right.raised
    if max(left, right) < 0.3:
        return []
    side = "" if min(left, right) > 0.1 else side_of(left - right)
    slots = (dict(side=side) if side else {}) | (dict(jump="") if scene.of("jump") else {})
    return [Action("reach up", slots, side=side)]


def _drink(scene: Scene, words: str) -> Found:
    f = scene.facts
    hands = {s: getattr(f, s).to_mouth for s in ("left", "right")}
    if min(hands.values()) > 0.32:
        return _shown("open bottle")(scene, words) if scene.says("screw") else []
    side = min(hands, key=hands.get) if max(hands.values()) > 0.4 else ""
    slots = (dict(side=side) if side else {}) | (dict(open="") if scene.says("unscrew") else {})
    return [Action("drink", slots, side=side)]


def _nod(scene: Scene, words: str) -> Found:
    return [Action("nod")]


def _looks(scene: Scene, words: str) -> Found:
    return [Action("look around")] if scene.facts.gaze_range > 35 else []


def _stand(scene: Scene, words: str) -> Found:
    if scene.facts.distance > 0.8 or scene.facts.lowest < 0.8 or abs(scene.facts.turn) > 40:
        return []
    return [_standing(scene)]


def _standing(scene: Scene) -> Action:
    moving = scene.active or scene.facts.steps > 1
    arms = scene.facts.left.reach < 0.15 and scene.facts.right.reach < 0.15 and max(
        scene.facts.left.raised, scene.facts.right.raised) < -0.3  # fmt: skip
    return Action("stand and move" if moving else "stand", dict(arms="") if arms and not moving else {})


def _jump_up_or_forward(scene: Scene, words: str) -> Found:
    return _jumps(scene, words)


# Words of a label → family, the more special first: what one rule takes, the next do not see.
RULES: tuple[tuple[str, Check], ...] = (
    (r"salsa", _shown("salsa", 0.06)),
    (r"charleston", _shown("charleston", 0.06)),
    (r"indian|bollywood", _shown("indian dance", 0.06)),
    (r"\bdab\b", _shown("dab")),
    (r"b[ -]?boy.*|break ?danc\w*|hip ?hop|helicopter|fancy ?foot ?work|break ?sequence.*|(long|up ?right) ?sequence.*",
     _breakdance),
    (r"dance - .*|ballet.*|.*\b(pirouette|arabesque|jete)\b.*|modern dance|static dance.*", _ballet),
    (r"dance spin|dance, spin around", lambda scene, words: _spin(scene, words) or [Action("dance")]),
    (r"danc\w*.*", _shown("dance", 0.06)),
    (r"(jump|flying)( and spin)? ?kick", _special_kick("jump kick")),
    (r"spin ?kick|roundhouse( kick)?s?|mawashigeri|spinning kick", _special_kick("spin kick")),
    (r"kick ?flip( stumble)?", _inverted("flip")),
    (r"soccer.*|football|kick(s|ing)? (a |the )?(soccer |foot)?ball", _ball_kick),
    (r"hand ?stand( kicks?)?", _inverted("handstand")),
    (r"cart ?wheels?", _inverted("cartwheel")),
    (r"flip backward on hands|back(ward)? ?handspring|handspring", _inverted("back handspring")),
    (r"back ?flips?", _inverted("backflip")),
    (r"(side ?|front ?)?flips?\b|somersaults?", _inverted("flip")),
    (r"acrobat\w*.*|gymnast\w*|parkour", _shown("acrobatics")),
    (r"dive( over)?( roll)?", _roll("dive roll")),
    (r"\broll(s|ing)?\b", _roll("roll")),
    (r"front kick|yokogeri|side kick|\bn kick|kicks?\b|kicking", _kick),
    (r"karate|kata\b|empi|bassai|heian\w*|\w*geri\b|oiduki|gedan\w*|syutou\w*|martial\w*.*|fight\w*( idle)?|kung ?fu",
     _still_or("martial arts")),
    (r"sword\w*.*|slash\w*", _armed("sword")),
    (r"chop\w*.*", _shown("chop")),
    (r"\bblock(s|ing)?\b|\bdefend\w*|guards? (his|her|their)", _shown("block")),
    (r"\bhited\b|\bgets? hit|^hit (chest|head)", _hit),
    (r"box(ing|er|es) (stand )?(dir )?(zap|straight|hook|upper|one ?two|punch|jab)\b.*", _punch),
    (r"boxing.*duck\w*|dodg\w*", _shown("dodge")),
    (r"jumping jacks?|star jumps?", _jacks),
    (r"squats?\b|squatting", _squats),
    (r"(side |torso )?twists?\b|side twist", _twist),
    (r"jog(s|ging)? (in place|on the spot)|run(s|ning)? (in place|on the spot)", _jog_in_place),
    (r"(tt|table tennis|ping ?pong)\b.*", _armed("table tennis")),
    (r"tennis.*", _armed("tennis")),
    (r"basketball signals?|signals?\b", _shown("signal")),
    (r"basketball.*|dribbl\w*", _basketball),
    (r"direct(s|ing)? (the )?traffic", _shown("direct traffic")),
    (r"push ?-?ups?\b", _shown("push-up")),
    (r"push(ed|back| ?back| ?step)\b.*|physics \d push.*|gets? pushed|\bpush (left|right)\b.*", _pushed),
    (r"^push( loop)?\b|\bpush(es|ing)? (against|something|some object|an? (box|object|wall|cart))", _shown("push")),
    (r"(put|set|lay)s?( (a|the|it|something)( box| object)?)? ?(back )?down( a| the)?( box)?|(put|place|set)s? (a|the|it|something)( box| object)? (on|onto|in)\b",
     _bend("put down")),
    (r"(pick(s|ing)?( up|up)?|lifts?|grabs?)( a| the)? (box|something|object)( up)?|pick(s|ed|ing)? ?up( table)?|^pick walk.*",
     _bend("pick up")),
    (r"(walk|run)?s? ?with (a )?box|carr(y|ies|ying)", _carry),
    (r"bend over, scoop up.*|scoop\w*", _shown("scoop")),
    (r"jump up to grab.*|reach(es|ing)?( for| up| something| out)*|tiptoe", _reach_up),
    (r"wash(es|ing)? (the )?windows?", _armed("wash windows")),
    (r"wash( self)?|washes", _shown("wash")),
    (r"sweep\w*( floor)?|mop\w*( floor)?|vacuum\w*", _shown("sweep")),
    (r"drink\w*( soda)?|consume item|sips?\b", _drink),
    (r"(un)?screw\w*( on)?( bottle ?cap)?", _shown("open bottle")),
    (r"\beat(s|ing)?\b", _armed("eat")),
    (r"grip bar.*|swing body|hang(s|ing)?\b.*|swing(s)? (from|on) .*bar", _shown("swing from bar")),
    (r"climb(s|ing)?( (up )?)?(a |the )?(ladder|\d+ steps?|steps?|stairs?|something)", _climb),
    (r"climb(s|ing)?\b|playground|monkey bars?|jungle gym", _frame),
    (r"wave[ -]?both[ -]?hands?|waves? with both( hands| arms)?", _wave),
    (r"wav(e|es|ing)[ -](the |his |her |their )?(left|right)[ -](hand|arm)|waves? with (the |his |her |their )?(left|right)( hand| arm)?",
     _wave),
    (r"\bbye( ?bye)?\b|goodbye", _wave),
    (r"\bwav(e|es|ing)\b( hello)?|greet\w*", _wave),
    (r"raise[ -]up[ -](both|left|right)[ -]hands?", _raise),
    (r"(raise|lift|put)(s|ing)? (the |his |her |their )?(left|right|both) (hand|arm)s?", _raise),
    (r"\bbow(s|ing)?\b", _bow),
    (r"(head )?nods?\b|nodding", _nod),
    (r"reject|shakes? (the |his |her |their )?head", _shown("shake head", 0.02)),
    (r"\bclap(s|ping)?\b|applau\w*", _shown("clap")),
    (r"\bguide\b", _gesture("show the way")),
    (r"\brespond\b", _gesture("respond")),
    (r"\bcall\b", _shown("call out")),
    (r"\bpoint(s|ing)?\b", _gesture("point")),
    (r"quarrel.*|argu\w*|angry hand.*", _shown("argue")),
    (r"conversation( gestures)?|talk\w*|discuss\w*|explain\w*|idle talking.*", _shown("talk", 0.02)),
    (r"laugh\w*", _shown("laugh", 0.02)),
    (r"victory.*|cheer\w*|celebrat\w*|fist pump", _shown("cheer")),
    (r"^angry$", _shown("angry")),
    (r"^confused$", _shown("confused", 0.02)),
    (r"^dizzy$", _shown("dizzy", 0.02)),
    (r"shrug\w*", _shown("shrug")),
    (r"shiver\w*", _shown("shiver", 0.02)),
    (r"pistol.*|\bgun\b", _shown("shoot gun")),
    (r"spell.*|two-hand blast|power up", _shown("cast spell")),
    (r"driving.*", _shown("drive", 0.02)),
    (r"fixing( kneeling)?|^interact$", _shown("fix")),
    (r"meditat\w*|yoga", _shown("meditate", 0.02)),
    (r"throw\w*|toss(es)?|pitch\w*", _gesture("throw")),
    (r"catch(es)?\b", _shown("catch")),
    (r"swim.*", _shown("swim")),
    (r"sneak\w*|stealth\w*|creep\w*", _sneak("sneak")),
    (r"limp\w*", _sneak("limp")),
    (r"zombie.*", _sneak("zombie")),
    (r"soldier|march(es|ing)?", _sneak("march")),
    (r"drunk\w*|stagger\w*|stumbl\w*", _sneak("stagger")),
    (r"exaggerated stride|(long|big|giant|exaggerated) (stride|step)s?", _sneak("exaggerated walk")),
    (r"uneven (terrain|ground)", _sneak("uneven ground")),
    (r"little teapot|teapot.*", _shown("teapot")),
    (r".*\(human subject\)|acts? like an? \w+|(imitat|mimic)\w* an? \w+", _animal),
    (r"duck(s|ing)?( under\w*)?", lambda scene, words: _duck(scene)),
    (r"(jump|run|leap|hurdle)s? over", _over),
    (r"\bskip(s|ping)?\b", lambda scene, words: [Action("skip")] if scene.facts.distance > 0.6 else []),
    (r"\bhop(s|ping)?\b", _hops),
    (r"\bleap(s|ing)?\b|\bbroad jump", lambda s, w: _jumps(s, w) if "broad" in w else _leap(s, w)),
    (r"\bjump(s|ing)?\b|^180$", _jump_up_or_forward),
    (r"punch(es|ing)?|strik(e|es|ing)|\bjab|uppercut|hook", _punch),
    (r"\bbox(es|ing|er)?\b", _box),
    (r"balanc\w*|one (leg|foot)", _balance),
    (r"stretch(es|ing)?|warm\w* up|exercis\w*|range of motion", _stretch),
    (r"(lie|lay|lying|crouch)\w* (to|into) (lie|crouch\w*|lying)|\blie(s)?\b( down)?|\blay(s)?\b( down)?|lying|sleep\w*|laying",
     _lying),
    (r"get(s|ting)? (back )?up|physics raise.*|^raise\d*|stands? up from the (floor|ground)|kneeling up", _get_up),
    (r"fall\w*( down| on face)?|\bdeath.*|collaps\w*", _fall),
    (r"ban+ana peel slip|\bslip(s|ping)?\b", _slip),
    (r"crawl\w*", _crawl),
    (r"\bsit(s|ting)?\b.*|seat\w*|stool|chair|stands? up", _sitting),
    (r"kneel\w*|knees", _kneel),
    (r"crouch\w*", _crouch),
    (r"spin(s|ning)?\b( around)?|whirl|twirl\w*", _spin),
    (r"tired( hunched)?|hunched", _shown("tired", 0.02)),
    (r"\blook(s|ing)?\b( around)?", _looks),
    (r"\bsway(s|ing)?\b", _in_place("sway", 0.02)),
    (r"swing(s|ing)?( (the|his|her|their))?( arms)?", _in_place("swing arms", 0.1)),
    (r"\b(stand(s|ing)?|idle|wait(s|ing)?)\b", _stand),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), check) for pattern, check in RULES)
_WAYS = re.compile(
    r"\b(walk|run|jog|dash|step|stroll|sprint|pace|navigate|sidestep|veer|turn|circle|urban|backward)\w*"
)

# Families in which the body goes about anyway: its way over the floor is not told beside them.
GO_ABOUT = {
    "salsa", "charleston", "indian dance", "breakdance", "ballet", "dance", "martial arts", "sword", "tennis",
    "table tennis", "basketball", "sneak", "limp", "zombie", "march", "stagger", "exaggerated walk",
    "uneven ground", "carry", "crawl", "crawl backwards", "animal", "skip", "hop", "box", "acrobatics", "jump forward",
    "jump backwards", "jump sideways", "swim", "roll", "dive roll", "cartwheel", "flip", "backflip",
    "back handspring", "pushed", "climb", "climb frame", "swing from bar", "crouch walk", "leap", "sweep",
    "dodge", "block", "get hit", "kick", "spin kick", "jump kick", "punch", "walk diagonally", "spin",
    "lie down", "lying", "get up", "fall", "get up to crouch", "direct traffic", "teapot", "sit up",
    "wash windows", "jumping jacks", "jog in place", "stretch", "twist", "squat", "laugh", "talk", "argue",
    "jump up", "jump and turn", "handstand", "balance", "push",
}  # fmt: skip


def _duck(scene: Scene) -> Found:
    if scene.facts.lowest > 0.8 and scene.facts.tilt < 45:
        return []
    under = scene.facts.distance > 1.0
    return [Action("duck under" if under else "dodge")]


def claims(scene: Scene) -> Found:
    """What the label's words say and the motion bears out, in the order of the words."""
    left, found = scene.words, []
    for pattern, check in _COMPILED:
        while match := pattern.search(left):
            words = match[0]
            left = left[: match.start()] + "~" * max(len(words), 1) + left[match.end() :] if words else ""
            for action in check(scene, words):
                found.append((match.start(), action))
            if not words:
                break
    unique: dict[str, tuple[int, Action]] = {}
    for position, action in sorted(found, key=lambda f: f[0]):
        unique.setdefault(action.family, (position, action))
    return [action for _, action in unique.values()]


def ways(scene: Scene, least: float) -> Found:
    """Walks, runs and turns on the spot, as measured; of ways those of `least` metres and more."""
    found = []
    walks = [w for w in scene.of("walk") if w.amount >= least]
    turns = scene.of("turn")
    for event in sorted([*walks, *turns], key=lambda e: e.start):
        alone = len(walks) + len(turns) == 1
        action = _turn(scene, event, alone) if event.kind == "turn" else _way(scene, event, alone)
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


def _angle(turn: float, whole: float) -> dict[str, str]:
    """The size of a turn, where the turn of the whole piece agrees."""
    angle = min((45, 90, 135, 180), key=lambda usual: abs(usual - abs(turn)))
    agrees = max(abs(angle - abs(turn)), abs(angle - abs(whole))) <= 12 and turn * whole > 0
    return dict(degrees=str(angle)) if agrees else {}


def _turn(scene: Scene, event: Event, alone: bool) -> Action:
    turn = event.turn
    if abs(turn) > 270:
        slots = _clock(turn) | dict(side=side_of(turn))
        slots |= dict(full="") if abs(turn) < 400 else dict(many="") if abs(turn) > 600 else {}
        return Action("spin", slots, event.start / FPS, side_of(turn))
    slots = dict(side=side_of(turn)) | _clock(turn) | (_angle(turn, scene.facts.turn) if alone else {})
    if abs(turn) > 150:
        slots["around"] = ""
    if 155 < abs(turn) < 205:
        slots["half"] = ""
    if 75 < abs(turn) < 105:
        slots["quarter"] = ""
    return Action("turn", slots, event.start / FPS, side_of(turn))


def _way(scene: Scene, event: Event, alone: bool) -> Action:
    """One way over the floor: its gait, direction and turns."""
    f, words = scene.facts, scene.words
    runs = event.speed > 2.1 or bool(re.search(r"\b(run|jog|dash|sprint)", words)) and event.speed > 1.25
    gait = "walk" if not runs else "run" if event.speed > 2.6 or "dash" in words else "jog"
    whole = f.turn if alone else event.turn
    turn = event.turn if abs(event.turn) > abs(whole) else whole if event.turn * whole > 0 else event.turn
    start, slots, side = event.start / FPS, {}, ""
    straight = abs(turn) < 28 and not event.turns
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
        return Action("run backwards" if gait != "walk" else "walk backwards", slots, start, side, steps)
    if event.way in ("left", "right"):
        return Action("sidestep", slots | dict(side=event.way), start, event.way, steps)
    if straight and event.side:
        return Action("walk diagonally", slots | dict(side=event.side), start, event.side, steps)
    turns = event.turns
    if len(turns) == 2 and turns[0] * turns[1] < 0:
        first = side_of(turns[0])
        pair = dict(side=first, other=side_of(turns[1]))
        return Action(
            "walk and turn twice" if gait == "walk" else "run about", slots | pair, start, first, steps
        )
    if len(turns) > 1 and not all(t * turns[0] > 0 for t in turns) or abs(turn) > 800:
        return Action("walk about" if gait == "walk" else "run about", slots, start)
    if abs(turn) >= 250 and event.amount > 1.5:
        side = side_of(turn)
        radius = event.amount / abs(turn) * 57.3
        slots |= dict(side=side) | _clock(turn) | (dict(near="") if radius < 0.7 else {})
        return Action("walk in a circle" if gait == "walk" else "run in a circle", slots, start, side)
    if abs(turn) >= 33:
        side = side_of(turn)
        slots |= dict(side=side) | (_angle(event.turn, f.turn) if alone else {})
        if abs(turn) < 62:
            slots["veer"] = ""
        if 150 <= abs(turn) <= 210:
            slots["around"] = ""
        if 65 < abs(turn) < 115:
            slots["corner"] = ""
        return Action("walk and turn" if gait == "walk" else "run and turn", slots, start, side, steps)
    slots["normal"] = ""
    return Action(gait, slots, start, alone=steps)


def measured(scene: Scene) -> Found:
    """What is seen without any label: ways, turns, jumps, postures and their changes; else standing."""
    found = [*ways(scene, 0.7), *_lying(scene, "")]
    lows = [e for e in scene.events if re.fullmatch(r"stand>(low|sit)|(low|sit)>stand", e.kind)]
    if not found and scene.of("inverted"):
        return [Action("acrobatics", start=0.0)]
    if not any(a.family in ("lie down", "fall", "get up") for a in found):
        if lows and scene.of("sit") and _long(scene, "sit"):
            found += _sitting(scene, "")
        elif lows or scene.of("low", "fours", "sit"):
            found += _crawl(scene, "") or _crouch(scene, "")
    found += _jumps(scene, "")
    if not found:
        bows = [b for b in scene.of("bow") if b.amount > 45]
        if bows:
            slots = dict(up="") if bows[0].feet == "upup" else {}
            slots |= dict(hands="") if bows[0].speed < 0.35 else {}
            found.append(Action("bend down", slots, bows[0].start / FPS))
        raised = scene.of("raise")
        if raised and not found:
            longest = max(raised, key=lambda e: e.end - e.start)
            arms = (scene.facts.left, scene.facts.right) if longest.side == "both" else (
                getattr(scene.facts, longest.side),)  # fmt: skip
            if longest.side == "both":
                found.append(Action("raise both hands", _height(*arms), longest.start / FPS))
            else:
                slots = dict(side=longest.side) | _height(*arms)
                found.append(Action("raise hand", slots, longest.start / FPS, longest.side))
        elif not found and scene.active and max(scene.facts.left.reach, scene.facts.right.reach) > 0.35:
            hand = _hand(scene)
            slots = dict(side=hand) if hand else dict(both="")
            found.append(Action("arm movement", slots, side=hand))
    return found or [_standing(scene)]


def _long(scene: Scene, posture: str) -> bool:
    return any(e.end - e.start > 0.8 * FPS for e in scene.of(posture))


def find_actions(scene: Scene) -> Found:
    """All that may be told of a motion, in order; never empty."""
    found = claims(scene)
    told = {a.family for a in found}
    speaks_of_ways = bool(_WAYS.search(scene.words))
    if not found:
        found = ways(scene, 0.4) if speaks_of_ways and scene.of("walk") else measured(scene)
    elif not told & GO_ABOUT:
        found = found + ways(scene, 0.5 if speaks_of_ways else 1.2)
    elif speaks_of_ways and not told & (GO_ABOUT - _BESIDE_WAYS):
        found = found + [w for w in ways(scene, 0.8) if w.family not in ("sidestep", "walk diagonally")]
    ordered = sorted(found, key=lambda a: a.start)
    if len({a.family for a in ordered}) > 1 and ordered[0].family in ("stand", "stand and move"):
        ordered = [a for a in ordered if a.family not in ("stand", "stand and move")]
    implied = set().union(*(IMPLIED[family] for family in told if family in IMPLIED))
    ordered = [a for a in ordered if a.family not in implied]
    kept: Found = []
    for action in ordered:
        if not kept or (kept[-1].family, kept[-1].side) != (action.family, action.side):
            kept.append(action)
    return kept[:4]


# What is said already by saying something else.
_DOWN = {"crouch", "rise from crouch", "bow", "bend down", "squat", "kneel"}
IMPLIED = {
    "pick up": _DOWN, "put down": _DOWN, "scoop": _DOWN | {"pick up"}, "sit down": {"crouch", "kneel"},
    "get up": {"lying", "rise from crouch", "stand up", "crouch"}, "lie down": {"lying", "crouch"},
    "fall": {"lying", "lie down", "crouch", "stagger"}, "slip": {"fall", "lie down"},
    "dive roll": {"roll", "jump forward", "jump over"}, "jump over": {"jump forward", "jump up", "leap"},
    "leap": {"jump forward", "jump up"}, "jumping jacks": {"jump up", "clap"}, "flip": {"jump up"},
    "backflip": {"jump up", "jump backwards", "flip"}, "jump kick": {"kick", "jump up", "jump forward"},
    "spin kick": {"kick", "spin"}, "box": {"punch"}, "crawl": {"lying", "kneel"}, "duck under": {"crouch"},
    "sit down and stand up": {"sit down", "stand up", "seated"}, "wave": {"raise hand"},
    "wave both hands": {"raise both hands"}, "drink": {"open bottle", "raise hand"}, "direct traffic": {"wave", "point"},
    **dict.fromkeys(("salsa", "charleston", "indian dance", "ballet", "breakdance"), {"dance", "spin", "stretch"}),
    "climb": {"climb frame"}, "crouch walk": {"crouch"}, "sneak": {"crouch"}, "kick ball": {"kick"},
}  # fmt: skip

# Of these a label's walks and runs are told too: "run, jump, run".
_BESIDE_WAYS = {
    "jump up", "jump forward", "jump and turn", "hop", "leap", "kick", "cartwheel", "flip", "roll", "dive roll",
    "lie down", "get up", "fall", "punch", "skip", "jump kick", "spin kick", "balance", "spin", "carry",
}  # fmt: skip
