"""The grader asks, a process of its own answers: the same points as in one process, and none for lies."""

import json
import os
import socket
import struct
import subprocess
import sys
import threading

import numpy as np
import pytest
import torch

from grading import bank, trusted, wire
from grading.notebooks import ROOT
from grading.trusted import Remote, collect, grade, right
from labkit.exercises.judge import Answers, judge
from labkit.exercises.probe import answer, probes
from labkit.exercises.registry import EXERCISES

SEED = 2**63 + 11
LENDER = """
import sys
from grading import bank, inside
exercise = sys.argv[1]
entries = {e.name: e for kind in ("mutants", "variants") for e in bank.entries(kind, exercise)}
for name in sys.argv[2:]:
    with bank.plugged(exercise, entries.get(name)):
        inside.serve(exercise, 1)
"""
REPLAY = """
import sys
from grading import bank, inside
from labkit.exercises.probe import collect
from labkit.exercises.registry import stubs
exercise, tape = sys.argv[1], []

def recorded(function):
    def call(*arguments, **keywords):
        try:
            tape.append((function(*arguments, **keywords), None))
        except Exception as error:
            tape.append((None, error))
            raise
        return tape[-1][0]
    return call

def replayed(*arguments, **keywords):
    value, error = tape.pop(0)
    if error:
        raise error
    return value

with bank.plugged(exercise):
    for stub in stubs(exercise):
        stub.plugged = recorded(stub.plugged)
    collect(exercise, 0)
    for stub in stubs(exercise):
        stub.plugged = replayed
    inside.serve(exercise, 1)
"""


@pytest.fixture
def lend():
    """A function: a process that lends the code of these entries of the bank, one after the other."""
    running = []

    def start(exercise: str, *names: str, code: str = LENDER) -> socket.socket:
        ours, theirs = socket.socketpair()
        path = os.pathsep.join([str(ROOT), str(ROOT / "grading")])
        env = os.environ | dict(PYTHONPATH=path, LABKIT_CHANNEL=str(theirs.fileno()), OMP_NUM_THREADS="1")
        command = [sys.executable, "-c", code, exercise, *names]
        running.append((subprocess.Popen(command, env=env, pass_fds=[theirs.fileno()]), ours))
        theirs.close()
        return ours

    yield start
    for process, stream in running:
        process.kill()
        process.wait()
        stream.close()


def asking(stream: socket.socket) -> Remote:
    remote = Remote(stream, 60)
    remote.session = 1
    return remote


def here(exercise: str, entry: bank.Entry | None):
    """The judgement in one process."""
    with bank.plugged(exercise, entry):
        found = {q.name: answer(q, SEED) for q in probes(exercise)}
    return judge(probes(exercise), found, Answers(right(exercise, SEED), []))


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.slow
def test_points_are_those_of_one_process(exercise, lend):
    entries = [None, *bank.entries("mutants", exercise), *bank.entries("variants", exercise)]
    stream = lend(exercise, *(e.name if e else "" for e in entries))
    for entry in entries:
        remote = asking(stream)
        found = collect(exercise, SEED, remote)
        remote.end()
        there = judge(probes(exercise), found, Answers(right(exercise, SEED), []))
        name = entry.name if entry else "reference"
        assert (name, there.failed) == (name, here(exercise, entry).failed)
        assert bool(there.failed) == (entry is not None and bool(entry.diagnosis)), name


@pytest.mark.parametrize("exercise", EXERCISES)
def test_right_answers_to_known_inputs_are_wrong(exercise, lend):
    """All that the reference returns for the inputs of labkit.check, call by call."""
    stream = lend(exercise, code=REPLAY)
    known = judge(
        probes(exercise), collect(exercise, SEED, asking(stream)), Answers(right(exercise, SEED), [])
    )
    print(exercise, known.points, known.total, known.failed)
