"""Every right answer of the bank scores in full; every wrong one loses points and gets a message."""

import json

import numpy as np
import pytest
from tiers import portion

import labkit
from grading import bank
from grading.build import answers
from grading.build.answers import outcomes
from labkit.exercises.check import load_answers
from labkit.exercises.judge import Judgement, agree, judge, size
from labkit.exercises.probe import probes
from labkit.stubs import EXERCISES

MUTANTS = [(e, m) for e in EXERCISES for m in bank.entries("mutants", e)]
TAKEN = portion(MUTANTS, 5, lambda case: f"{case[0]} {case[1].name}")
VARIANTS = [(e, v) for e in EXERCISES for v in bank.entries("variants", e)]


def judgement(exercise: str, entry: bank.Entry) -> Judgement:
    return judge(probes(exercise), outcomes(exercise, entry), load_answers(exercise))


def named(pairs):
    return pytest.mark.parametrize("exercise, entry", pairs, ids=[f"{e}-{entry.name}" for e, entry in pairs])


@pytest.mark.stored
@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_reference_is_right(exercise):
    with bank.plugged(exercise):
        found = labkit.check(exercise).judgement
    assert found.failed == () and found.points == found.total > 0


@pytest.mark.slow
@pytest.mark.stored
@named(VARIANTS)
def test_another_right_answer_is_right(exercise, entry):
    found = judgement(exercise, entry)
    assert found.failed == (), found.message


@pytest.mark.slow
@pytest.mark.stored
@named(TAKEN)
def test_a_wrong_answer_is_told_its_mistake(exercise, entry):
    found = judgement(exercise, entry)
    assert found.mistake == entry.name, found.message
    assert found.points < found.total
    assert "?" not in found.message.replace("? ", "").removesuffix("?")  # every number is filled in
    assert "{" not in found.message and "\n" not in found.message


@pytest.mark.slow
@pytest.mark.stored
@pytest.mark.parametrize("exercise", EXERCISES)
def test_stored_answers_are_those_of_the_build(exercise):
    """Up to rounding that differs from machine to machine. What is left of terms that cancel is as inexact as
    they are, and they are about as large as the right outcome."""
    questions, taken = probes(exercise), {entry.name for e, entry in TAKEN if e == exercise}
    with np.load(answers.ROOT / "labkit" / "exercises" / "answers" / f"{exercise}.npz") as file:
        stored = {key: file[key] for key in file.files}
    own = json.loads(str(stored["tolerances"]))
    for place, entry in answers.answered(exercise).items():
        if place.startswith("wrong/") and entry.name not in taken:
            continue
        for q in questions:
            key, found = f"{place}/{q.name}", outcomes(exercise, entry)[q.name]
            if key in stored:
                least = size(stored[f"right/0/{q.name}"])
                assert agree(stored[key], found, own.get(key, answers.STEADY), least), key
            else:  # what is not stored is right
                assert agree(stored[f"right/0/{q.name}"], found, q.tolerance), key


def test_the_bank_is_large_enough():
    assert len(MUTANTS) >= 80 and len(VARIANTS) >= 25
    for exercise in EXERCISES:
        assert len(bank.entries("mutants", exercise)) >= 8, exercise
        assert "the_last_hint" in {v.name for v in bank.entries("variants", exercise)}, exercise


def test_diagnoses_differ():
    """Two mistakes of one exercise that read alike would be one mistake."""
    for exercise in EXERCISES:
        words = [m.diagnosis for m in bank.entries("mutants", exercise)]
        assert len(set(words)) == len(words), exercise


@pytest.mark.parametrize("exercise", EXERCISES)
def test_hints_are_staged(exercise, capsys):
    for stage in (1, 2, 3):
        labkit.hint(exercise, stage)
    first, second, third = capsys.readouterr().out.split("hint ")[1:]
    assert len({first, second, third}) == 3
