"""Answers by somebody who knows neither the probes nor the mutants: right ones pass, wrong ones lose points.

foreign/EXERCISE/KIND_NAME.py holds what is typed in the exercise's cell; its first line states KIND, right or
wrong, and the mistake or the style.
"""

from pathlib import Path

import pytest

import labkit
from labkit.stubs import stubs

ANSWERS = sorted((Path(__file__).parent / "foreign").glob("*/*.py"))
UNNOTICED = {  # wrong by the docstring, by too little for the checks to see
    ("code10", "wrong_first_thousand"),
    ("code10", "wrong_jittered"),
    ("code10", "wrong_single_precision"),
    ("code10", "wrong_six_digits"),
    ("code11", "wrong_six_digits"),
}


@pytest.mark.slow
@pytest.mark.parametrize("answer", ANSWERS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_right_answers_pass_and_wrong_ones_do_not(answer, monkeypatch):
    exercise, kind = answer.parent.name, answer.stem.partition("_")[0]
    for stub in stubs(exercise):
        monkeypatch.setattr(stub, "plugged", None)  # restores afterwards what was plugged in before
    exec(compile(answer.read_text("utf-8"), answer, "exec"), {"__name__": "__main__"})
    verdict = labkit.check(exercise)
    full = verdict.judgement.points == verdict.judgement.total
    assert full == (kind == "right" or (exercise, answer.stem) in UNNOTICED), repr(verdict)
