"""Answers by somebody who knows neither the probes nor the mutants: right ones pass, wrong ones lose points.

foreign/EXERCISE/KIND_NAME.py holds what is typed in the exercise's cell; its first line states KIND, right or
wrong, and the mistake or the style. A second line "# named: ..." holds words that the message must contain.
"""

import re
from itertools import chain
from pathlib import Path

import pytest
from tiers import portion

import labkit
from labkit.exercises.recorded_solution import RECORDED
from labkit.stubs import stubs

FILES = sorted((Path(__file__).parent / "foreign").glob("*/*.py"))
ANSWERS = portion(
    FILES, 8, lambda f: f"{f.parent.name}/{f.name}", always=lambda f: f.name.startswith("right")
)


@pytest.mark.slow
@pytest.mark.parametrize("answer", ANSWERS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_right_answers_pass_and_wrong_ones_do_not(answer, monkeypatch):
    exercise, kind = answer.parent.name, answer.stem.partition("_")[0]
    earlier = [name for name in RECORDED if name != exercise]  # as a notebook without stored answers has them
    for stub in chain.from_iterable(map(stubs, (exercise, *earlier))):
        monkeypatch.setattr(stub, "plugged", None)  # restores afterwards what was plugged in before
    labkit.use_recorded_solution(*earlier)
    source = answer.read_text("utf-8")
    exec(compile(source, answer, "exec"), {"__name__": "__main__"})
    verdict = labkit.check(exercise)
    full = verdict.judgement.points == verdict.judgement.total
    assert full == (kind == "right"), repr(verdict)
    for words in re.findall(r"^# named: (.*)", source, re.MULTILINE):
        assert words in repr(verdict)
