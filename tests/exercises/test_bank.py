"""Every right answer of the bank scores in full; every wrong one loses points and is told what is wrong."""

import pytest

import labkit
from grading import bank
from labkit.exercises.registry import EXERCISES

MUTANTS = [(e, m) for e in EXERCISES for m in bank.entries("mutants", e)]
VARIANTS = [(e, v) for e in EXERCISES for v in bank.entries("variants", e)]


def named(pairs):
    return pytest.mark.parametrize("exercise, entry", pairs, ids=[f"{e}-{entry.name}" for e, entry in pairs])


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_reference_is_right(exercise):
    with bank.plugged(exercise):
        judgement = labkit.check(exercise).judgement
    assert judgement.failed == () and judgement.points == judgement.total > 0


@named(VARIANTS)
def test_another_right_answer_is_right(exercise, entry):
    with bank.plugged(exercise, entry):
        verdict = labkit.check(exercise)
    assert verdict.judgement.failed == (), str(verdict)


@named(MUTANTS)
def test_a_wrong_answer_is_told_its_mistake(exercise, entry):
    with bank.plugged(exercise, entry):
        judgement = labkit.check(exercise).judgement
    assert judgement.mistake == entry.name, judgement.message
    assert judgement.points < judgement.total
    assert "?" not in judgement.message.replace("? ", "").removesuffix("?")  # every number is filled in
    assert "{" not in judgement.message and "\n" not in judgement.message


def test_the_bank_is_large_enough():
    assert len(MUTANTS) >= 80 and len(VARIANTS) >= 25
    for exercise in EXERCISES:
        assert len(bank.entries("mutants", exercise)) >= 8, exercise
        assert bank.entries("variants", exercise), exercise


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
