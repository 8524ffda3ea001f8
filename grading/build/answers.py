"""Stored answers: the outcomes of the probes for the reference, other right answers and the mutants."""

import hashlib
import json
import math
import os
import subprocess
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from grading import bank
from grading.paths import ROOT
from labkit.exercises.judge import VARIES, Answers, Mistake, agree, apart, judge
from labkit.exercises.probe import collect, probes
from labkit.paths import UNREADABLE, LabError, atomic_write
from labkit.stubs import EXERCISES, reference, stubs

STEADY = 1e-5  # relative difference allowed between machines; some outcomes have their own tolerance
SEEDS = 3  # inputs on which rounding is measured
IN_NUMPY = ("code10", "code11")  # exercises that NumPy computes, whose rounding `Double` does not change
OTHERS = ("Nehalem", "Haswell")  # processors with other matrix products in OpenBLAS, which NumPy calls

INEXACT = {  # functions whose last digit differs from build to build; + - * / are exactly rounded everywhere
    "pow", "sqrt", "rsqrt", "exp", "log", "sum", "mean", "std", "var", "cumsum", "cumprod", "matmul", "bmm",
    "einsum", "linear", "layer_norm", "softmax", "silu", "gelu", "norm", "scaled_dot_product_attention",
}  # fmt: skip

_made: dict[tuple[str, str], dict[str, np.ndarray]] = {}


def outcomes(exercise: str, entry: bank.Entry | None = None) -> dict[str, np.ndarray]:
    """The outcomes of the probes for an entry of the bank, or for the reference; computed once a process."""
    key = exercise, entry.name if entry else ""
    if key not in _made:
        with bank.plugged(exercise, entry):
            _made[key] = collect(exercise)
    return _made[key]


def digest(exercise: str) -> str:
    """Changes with every source that an exercise's answers are made from."""
    asked = ROOT / "labkit" / "exercises"
    sources = [asked / "probe.py", asked / "observer.py", Path(reference(exercise).__file__)]
    if any("." in entry.own.__qualname__ for entry in stubs(exercise)):  # methods: what calls them counts too
        sources += [ROOT / "labkit" / "models" / name for name in ("base.py",)]
    for folder in (asked / "probes", ROOT / "grading" / "mutants", ROOT / "grading" / "variants"):
        sources += [p for p in sorted(folder.glob("*.py")) if p.stem == exercise or p.stem not in EXERCISES]
    return hashlib.sha256(b"".join(p.read_bytes() for p in sources)).hexdigest()[:16]


def answered(exercise: str) -> dict[str, bank.Entry | None]:
    """The entries whose outcomes are stored, by their place in the file; None is the reference."""
    others = [v for v in bank.entries("variants", exercise) if v.other_numbers]
    right = {f"right/{i}": entry for i, entry in enumerate([None, *others])}
    return right | {f"wrong/{m.name}": m for m in bank.entries("mutants", exercise)}


def make_answers(exercise: str) -> dict[str, np.ndarray]:
    """The arrays of labkit/exercises/answers/<exercise>.npz. Raises LabError where a mutant is none."""
    questions = probes(exercise)
    made = {place: outcomes(exercise, entry) for place, entry in answered(exercise).items()}
    right = [outcome for place, outcome in made.items() if place.startswith("right/")]
    for q in questions:
        if str(right[0][q.name]).startswith(("raised ", "returned by ")):
            raise LabError(f"{exercise}: the probe {q.name} fails with the reference: {right[0][q.name]}")
    diagnoses = {m.name: m.diagnosis for m in bank.entries("mutants", exercise)}
    for name, diagnosis in diagnoses.items():
        mistake = Mistake(name, diagnosis, made[f"wrong/{name}"])
        if judge(questions, mistake.outcomes, Answers(right, [])).failed == ():
            raise LabError(f"{exercise}: the mutant {name} does nothing wrong that a probe can see")
    index = dict(
        probes=[q.name for q in questions], right=len(right), wrong=diagnoses, digest=digest(exercise)
    )
    arrays = {"index": np.array(json.dumps(index, ensure_ascii=False))}
    for place, outcome in made.items():
        for q in questions:
            value = outcome[q.name]
            if place == "right/0" or not agree(value, right[0][q.name], q.tolerance):  # most change little
                arrays[f"{place}/{q.name}"] = value.astype(np.float32) if value.dtype.kind == "f" else value
    return arrays


class Double(TorchFunctionMode):
    """In here PyTorch computes in float64, from inputs that are rounded to float32 as ever."""

    def __torch_function__(self, function, types, arguments=(), keywords=None):
        if function in (torch.rand_like, torch.randn_like):  # float64 would be another stream of numbers
            arguments = [arguments[0].float()]
        result = function(*arguments, **(keywords or {}))
        return result.double() if getattr(result, "dtype", None) == torch.float32 else result


class Rounded(Double):
    """In here the results of INEXACT functions are also wrong by up to half a unit in float32's last place.

    Monte Carlo arithmetic (Parker 1997), with errors that depend on the value and on a seed: a machine rounds
    equal numbers alike.
    """

    def __init__(self, seed: int):
        super().__init__()
        self.seed = seed

    def __torch_function__(self, function, types, arguments=(), keywords=None):
        result = super().__torch_function__(function, types, arguments, keywords)
        name = getattr(function, "__name__", "").strip("_")
        if name not in INEXACT or getattr(result, "dtype", None) != torch.float64:
            return result
        bits = result.detach().contiguous().view(torch.int64) ^ (self.seed + 1)
        bits = (bits ^ (bits >> 32)) * 0x9E3779B97F4A7C1  # a hash of the value
        share = ((bits ^ (bits >> 29)) & 0xFFFF).double() / 0x8000 - 1  # -1 to 1
        return result * (1 + share * 2.0**-24)


def rounding(
    exercise: str, entry: bank.Entry | None, names: Collection[str] | None = None
) -> dict[str, float]:
    """How far float32's rounding moves the outcomes of these probes, each as a share of its size: the largest
    distance from the same computation in float64, over several seeds, of this machine's rounding and of
    simulated ones. Texts are left out."""
    moved = {}
    for seed in range(SEEDS):
        with bank.plugged(exercise, entry):
            found = [collect(exercise, seed, names)]
            with Double():
                exact = collect(exercise, seed, names)
            with Rounded(seed):
                found.append(collect(exercise, seed, names))
        for one in found:
            for name, value in one.items():
                if value.dtype.kind != "U" and exact[name].dtype.kind != "U":
                    moved[name] = max(moved.get(name, 0.0), apart(value, exact[name]))
    return moved


def elsewhere(exercise: str, processor: str) -> dict[str, np.ndarray]:
    """`make_answers` in a process whose OpenBLAS computes as for another processor."""
    code = (
        "import sys, numpy; from grading.build.answers import make_answers; "
        "numpy.savez(sys.argv[2], **make_answers(sys.argv[1]))"
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "answers.npz"
        env = os.environ | {"OPENBLAS_CORETYPE": processor}
        subprocess.run([sys.executable, "-c", code, exercise, path], env=env, cwd=ROOT, check=True)
        with np.load(path, allow_pickle=False) as file:
            return dict(file)


def tolerances(exercise: str, arrays: Mapping[str, np.ndarray]) -> dict[str, float]:
    """How far stored outcomes may be from those of another machine, where that is more than STEADY.

    Two machines round differently: each is off by as much as was measured, or by twice as much, in opposite
    directions. Infinite for a mutant's outcome that the check of another machine would not recognise. Raises
    LabError where that is a right answer's.
    """
    found = {}
    others = [elsewhere(exercise, processor) for processor in OTHERS] if exercise in IN_NUMPY else []
    for place, entry in answered(exercise).items():
        stored = [q for q in probes(exercise) if f"{place}/{q.name}" in arrays]
        numbers = [q.name for q in stored if arrays[f"{place}/{q.name}"].dtype.kind != "U"]
        moved = rounding(exercise, entry, numbers) if numbers else {}
        for q in stored:
            key = f"{place}/{q.name}"
            away = [apart(arrays[key], other.get(key, other[f"right/0/{q.name}"])) for other in others]
            own = 4 * max([moved.get(q.name, 0.0), *away])
            if own <= STEADY:
                continue
            if own > q.tolerance and place.startswith("right/"):
                who = entry.name if entry else "the reference"
                raise LabError(
                    f"{exercise}: rounding changes what {who} gives for the probe {q.name} by {own / 4:.0e} "
                    "of its size, more than the tolerance between machines: change the probe's inputs"
                )
            found[f"{place}/{q.name}"] = math.inf if own > q.tolerance else float(f"{own:.1e}")
    return found


def write_answers(exercise: str) -> bool:
    """Store what the check needs to know; True where that changed the file."""
    path = ROOT / "labkit" / "exercises" / "answers" / f"{exercise}.npz"
    try:
        with np.load(path, allow_pickle=False) as file:
            if json.loads(str(file["index"])).get("digest") == digest(exercise):
                return False
    except UNREADABLE:  # not there, or damaged
        pass
    arrays = make_answers(exercise)
    allowed = tolerances(exercise, arrays)
    arrays |= {place: VARIES for place, tolerance in allowed.items() if tolerance == math.inf}
    arrays["tolerances"] = np.array(json.dumps(allowed))
    with atomic_write(path) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **arrays)
    return True
