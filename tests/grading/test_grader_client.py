"""The grader asks, a process of its own answers: the same points as in one process, and none for lies."""

import base64
import collections
import contextlib
import enum
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from process_settings import SETTINGS
from tiers import portion

from grading import bank
from grading.paths import ROOT
from grading.remote import grader_client, protocol
from grading.remote.grader_client import NoAnswer, Remote, collect, grade, right
from labkit.exercises.check import check, load_answers
from labkit.exercises.judge import Answers, judge
from labkit.exercises.probe import answer, probes
from labkit.exercises.probe import collect as collect_here
from labkit.stubs import EXERCISES, EmptyExercise

SEED = 2**63 + 11
LENDER = """
import sys
from grading import bank
from grading.remote import kernel_server
from labkit.stubs import use_reference
use_reference()  # Code 13 calls Code 6
exercise = sys.argv[1]
entries = {e.name: e for kind in ("mutants", "variants") for e in bank.entries(kind, exercise)}
for name in sys.argv[2:]:
    with bank.plugged(exercise, entries.get(name)):
        kernel_server.serve(exercise, 1)
"""
SET = """
import sys
from grading import bank
from grading.remote import kernel_server
from process_settings import SETTINGS
exercise = sys.argv[1]
with bank.plugged(exercise):
    for name in sys.argv[2:]:
        enter, read = SETTINGS[name]
        with enter():
            before = read()
            kernel_server.serve(exercise, 1)
            assert read() == before
"""
REPLAY = """
import sys
from grading import bank
from grading.remote import kernel_server
from labkit.exercises.probe import collect
from labkit.stubs import stubs, use_reference
use_reference()
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
    kernel_server.serve(exercise, 1)
"""


@pytest.fixture(scope="module")
def lender():
    """The socket of a process that forks for each program to run, see lender.py."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    path = os.pathsep.join(map(str, (ROOT, ROOT / "grading", ROOT / "tests")))
    env = os.environ | dict(PYTHONPATH=path, OMP_NUM_THREADS="1")
    command = [sys.executable, Path(__file__).with_name("lender.py"), str(theirs.fileno())]
    with subprocess.Popen(command, env=env, pass_fds=[theirs.fileno()]), ours:
        theirs.close()
        yield ours


@pytest.fixture
def lend(lender):
    """A function: a process that lends the code of these entries of the bank, one after the other."""
    running = []

    def start(exercise: str, *names: str, code: str = LENDER) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(lender, [json.dumps([code, [exercise, *names]]).encode()], [theirs.fileno()])
        running.append((int(lender.recv(100)), ours))
        return ours

    yield start
    for process, stream in running:
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself
            os.kill(process, signal.SIGKILL)
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


NEAR = {  # mistakes that change few numbers, or by little: some probes see them with some inputs only
    "code3": {"clamped_after_each_block", "attention_clamped_to_10"},
    "code4": {
        "silu_twice", "silu_in_the_final_layer", "relu", "output_clamped_to_10", "attention_clamped_to_10",
        "mask_of_minus_100", "weights_overwritten", "exp_of_scale",
    },
    "code5": {"attention_clamped_to_10"},
    "code7": {"noise_at_the_end", "clipped_at_5", "half_precision"},
    "code8": {"clipped_at_3", "clipped_at_5", "half_precision"},
    "code10": {"a_for_b", "clipped", "half_precision", "remembers_covariance"},
    "code11": {"best_motion", "hundredth_added_to_the_product", "largest_number", "median", "rounded"},
}  # fmt: skip


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.slow
def test_points_are_those_of_a_check(exercise, lend):
    """Hidden inputs in another process fail the probes that a check's own inputs fail, for each entry."""
    whole = [*bank.entries("mutants", exercise), *bank.entries("variants", exercise)]
    entries = [None, *portion(whole, 16, lambda entry: f"{exercise} {entry.name}")]
    stored = load_answers(exercise)
    checked = {m.name: judge(probes(exercise), m.outcomes, stored).failed for m in stored.mistakes}
    stream = lend(exercise, *(e.name if e else "" for e in entries))
    for entry in entries:
        remote = asking(stream)
        found = collect(exercise, SEED, remote)
        remote.end()
        there = judge(probes(exercise), found, Answers(right(exercise, SEED), []))
        name = entry.name if entry else "reference"
        near = name in NEAR.get(exercise, ())
        expected = here(exercise, entry).failed if near else checked.get(name, ())
        assert (name, there.failed) == (name, expected)
        assert bool(there.failed) == (entry is not None and bool(entry.diagnosis)), name


HANDED_ON = (
    "named_tuple", "dict_subclass", "function_as_condition", "same_object", "dict_that_backbone_extends",
    "hidden_state_in_a_tuple", "reentrant_checkpoints", "compiled",
)  # fmt: skip


@pytest.mark.slow
def test_what_one_method_hands_to_the_next_stays_what_it_is(lend):
    """Its type, its identity, and the way back for gradients."""
    stream = lend("code4", *HANDED_ON)
    for name in HANDED_ON:
        remote = asking(stream)
        found = collect("code4", SEED, remote)
        remote.end()
        there = judge(probes("code4"), found, Answers(right("code4", SEED), []))
        assert (name, there.failed) == (name, ())


SIDE_EFFECTS = {
    "frames_overwritten": {"arguments"},
    "condition_overwritten": {"arguments"},
    "switches_to_eval": {"arguments"},
    "switches_gradients_off": {"arguments"},
    "kept_mask": {"again"},
    "through_numpy": {"autocast"},
    "mapping_without_gradient": {"idle", "gradients"},
}


@pytest.mark.slow
def test_what_a_kernel_does_to_its_arguments_costs_what_it_costs_in_a_check(lend):
    entries = {entry.name: entry for entry in bank.entries("mutants", "code4")}
    stream = lend("code4", *SIDE_EFFECTS)
    for name, failed in SIDE_EFFECTS.items():
        remote = asking(stream)
        found = collect("code4", SEED, remote)
        remote.end()
        there = judge(probes("code4"), found, Answers(right("code4", SEED), []))
        assert (name, set(there.failed)) == (name, failed)
        assert set(here("code4", entries[name]).failed) == failed


@pytest.mark.parametrize(
    ("exercise", "name", "words"),
    [
        ("code6", "overwrites_the_prediction", "changed: the result of model"),
        ("code7", "overwrites_t_prev", "changed: t_prev"),
        ("code7", "overwrites_the_schedule", "changed: schedule"),
        ("code10", "centred_in_place", "changed: a, b"),
        ("code13", "overwrites_the_average", "changed: average"),
        ("code14", "overwrites_the_prediction", "changed: the result of network"),
        ("code15", "overwrites_x", "changed: x"),
        ("code16", "overwrites_x_t", "changed: x_t"),
        ("code17", "overwrites_the_prediction", "changed: the result of model"),
        ("code18", "overwrites_the_velocity", "changed: the result of velocity"),
        ("code4", "sets_the_seed", "changed: torch.manual_seed"),
        ("code6", "sets_the_seed", "changed: torch.manual_seed"),
        ("code7", "sets_the_seed", "changed: torch.manual_seed"),
    ],
)
@pytest.mark.slow
def test_a_changed_argument_costs_one_probe_here_and_there(exercise, name, words, lend):
    entry = next(m for m in bank.entries("mutants", exercise) if m.name == name)
    with bank.plugged(exercise, entry):
        local = collect_here(exercise, SEED)
    found = collect(exercise, SEED, asking(lend(exercise, name)))
    for outcomes in (local, found):
        assert str(outcomes["arguments"]) == words
        assert judge(probes(exercise), outcomes, Answers(right(exercise, SEED), [])).failed == ("arguments",)


@pytest.mark.parametrize("changed", [5, [1], {"x_t": 1}])
def test_names_of_changed_arguments_are_text(changed):
    remote = liar(lambda message: {"token": message["token"], "value": None, "changed": changed})
    with pytest.raises(NoAnswer):
        remote.ask("begin")


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.slow
def test_what_a_learners_session_has_set_costs_no_points(exercise, lend):
    names = portion(SETTINGS, 8, lambda name: f"{exercise} {name}")
    stream = lend(exercise, *names, code=SET)
    for name in names:
        remote = asking(stream)
        found = collect(exercise, SEED, remote)
        remote.end()
        assert (name, judge(probes(exercise), found, Answers(right(exercise, SEED), [])).failed) == (name, ())
    asking(stream).end()


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.slow
def test_right_answers_to_known_inputs_are_wrong(exercise, lend):
    """All that the reference returns for the inputs of labkit.check, call by call."""
    stream = lend(exercise, code=REPLAY)
    found = collect(exercise, SEED, asking(stream))
    known = judge(probes(exercise), found, Answers(right(exercise, SEED), []))
    assert known.points <= known.total / 2  # what is left are shapes and the like
    numbers = [name for name, value in right(exercise, SEED)[0].items() if value.dtype.kind == "f"]
    assert set(numbers) - set(known.failed) <= {"same"}  # equal directions score 1, however they lie


# ------------------------------------------------------------------------------------------------------------
#                                              A kernel that lies
# ------------------------------------------------------------------------------------------------------------


def liar(reply, seconds: float = 1) -> Remote:
    """A kernel that answers every request with what `reply` makes of it; no answer where that is None."""
    ours, theirs = socket.socketpair()

    def run():
        channel = protocol.Channel(theirs)
        with contextlib.suppress(BrokenPipeError):  # the grader hangs up when it has heard enough
            while (request := channel.receive()).get("request") != "end":
                if (message := reply(request)) is not None:
                    channel.send(dict(token=request.get("token")) | message)

    threading.Thread(target=run, daemon=True).start()
    return Remote(ours, seconds)


def value(array: np.ndarray, **changes) -> dict:
    return {"value": protocol.pack_array(array) | dict(kind="tensor", half=False, grad=False) | changes}


ZEROS = base64.b64encode(bytes(2**18)).decode()
BAD = {
    "pickle": lambda request: {"value": dict(kind="pickle", data="gASVAAAA")},
    "object dtype": lambda request: value(np.zeros(3), dtype="object"),
    "shape beyond the data": lambda request: value(np.zeros(3), shape=[2**40]),
    "negative shape": lambda request: value(np.zeros(3), shape=[-3]),
    "too large": lambda request: value(
        np.zeros(3), shape=[2**15], data=base64.b64encode(bytes(2**18)).decode()
    ),
    "colliding keys": lambda request: {  # would take minutes to build
        "value": dict(kind="dict", of=[[i * (2**61 - 1), 0] for i in range(50_000)])
    },
    "a network": lambda request: {"value": dict(kind="network", key="", about={}, grad=False)},
    "deep": lambda request: {"value": {"kind": "list", "of": [[]]}},
    "raises nonsense": lambda request: {"raised": ["os.system('x')"], "text": ""},
    "calls nonsense": lambda request: {"ask": 10**9, "given": None},
    "another token": lambda request: dict(token=0, value=10),
    "silence": lambda request: None,
}


@pytest.mark.skipif(not os.path.exists("/proc/self/clear_refs"), reason="the peak is read from /proc")
def test_small_results_that_make_a_large_one_are_not_computed():
    """A column and a row in turn: their quotient would have 16384² elements."""
    arrays = itertools.cycle([np.ones((2**14, 1), np.float32), np.ones((1, 2**14), np.float32)])

    def reply(request):
        return value(next(arrays)) if request["request"] == "call" else {"value": None}

    def memory(name: str) -> int:
        return int(Path("/proc/self/status").read_text().split(f"{name}:")[1].split()[0]) // 1024

    remote = liar(reply, 60)
    right("code6", SEED)
    Path("/proc/self/clear_refs").write_text("5")  # the peak is that from now on
    before = memory("VmRSS")
    collect("code6", SEED, remote)
    remote.end()
    assert not remote.silent and memory("VmHWM") - before < 600  # MB


@pytest.mark.parametrize("name", BAD)
def test_what_makes_no_sense_earns_nothing(name):
    verdict = grade("code7", SEED, liar(BAD[name]))
    assert verdict.judgement.points == 0 and str(verdict).startswith("✘ Code 7: 0 of 10 points.")


def test_any_text_may_come_back_and_little_of_it_is_said():
    parts = dict(kind="dict", of=[["x" * 10**6, 0]])  # what should be "joints", "rotations" ...
    split = {"value": dict(kind="tuple", of=[3, 205, parts])}
    verdict = grade("code2", SEED, liar(lambda request: split, 60))
    assert "xxx" in str(verdict) and len(str(verdict)) < 3000


def test_after_a_timeout_nothing_more_is_asked():
    asked = []
    remote = liar(lambda request: asked.append(request["request"]))
    assert grade("code7", SEED, remote).judgement.points == 0
    assert asked == ["begin"]
    with pytest.raises(NoAnswer, match="too long"):
        remote.ask("begin")


@pytest.mark.parametrize("kind", ["FileNotFoundError", "TimeoutError", "EOFError"])
def test_what_a_learners_code_raises_is_no_trouble_with_the_channel(kind):
    raised = {"raised": [kind, "Exception"], "text": "mine"}
    remote = liar(lambda request: raised if request["request"] == "call" else {"value": None}, 60)
    verdict = grade("code7", SEED, remote)
    assert verdict.judgement.points == 0 and f"raised {kind}" in str(verdict) and not remote.silent


def test_exceptions_keep_their_kind_and_no_more():
    assert isinstance(grader_client.exception(["LinAlgError", "ValueError", "Exception"], "x"), ValueError)
    assert type(grader_client.exception(["EmptyExercise"], "x")) is EmptyExercise
    own = grader_client.exception(["Mine", "BaseException", "object"], "x")
    assert type(own).__name__ == "Mine" and isinstance(own, Exception) and str(own) == "x"


def test_values_arrive_as_they_left():
    arrays = [torch.randn(2, 3), torch.ones(2, dtype=torch.bool), torch.randn(3).bfloat16(), np.arange(4)]
    sent = [*arrays, np.float64(2), None, True, 7, 0.5, "text", (1, [2, {"a": torch.zeros(0)}])]
    found = protocol.Unpacker(lambda t: t).unpack(protocol.Packer().pack(sent))
    assert list(map(type, found)) == list(map(type, sent)) and found[4:10] == sent[4:10]
    for a, b in zip(arrays, found):
        assert a.dtype == b.dtype and a.shape == b.shape and (a == b).all()
    assert found[10][:1] == (1,) and found[10][1][1]["a"].shape == (0,)


class Half(float):
    """A float that prints in another way, as of a library for units."""

    def __str__(self):
        return "a half"


class Kind(enum.StrEnum):
    joints = "joints"


Parts = collections.namedtuple("Parts", "frames features parts")


@pytest.mark.parametrize(
    "value, expected",
    [
        (np.longdouble(0.1), 0.1),
        (np.array([0.1, 2], np.longdouble), np.array([0.1, 2])),
        (np.array([[1.5, -2]], ">f8"), np.array([[1.5, -2]])),
        (np.arange(5, dtype=">i4"), np.arange(5)),
        (np.uint32(7), 7),
        (np.ma.masked_array([1.0, 2.0]), np.array([1.0, 2.0])),
        (Half(0.5), 0.5),
        (enum.IntEnum("Level", "low high").high, 2),
        (True, True),
        (Kind.joints, "joints"),
        (np.str_("joints"), "joints"),
        (Parts(3, 205, collections.OrderedDict(joints=np.float32(1))), (3, 205, {"joints": 1.0})),
        (collections.defaultdict(list, {np.str_("a"): [1]}), {"a": [1]}),
    ],
)
def test_numbers_of_other_types_arrive_with_their_values(value, expected):
    found = protocol.Unpacker(lambda t: t).unpack(json.loads(json.dumps(protocol.Packer().pack(value))))
    assert np.array_equal(found, expected)
    kinds = {np.bool_: bool, np.floating: float, np.integer: int}
    assert type(found) is type(expected) or any(isinstance(found, k) for k in kinds)


@pytest.mark.slow
def test_words_come_from_the_inputs_that_everybody_has(lend):
    """A wrong answer gets the message of labkit.check, whatever the seed of the points."""
    entry = bank.entries("mutants", "code7")[0]
    with bank.plugged("code7", entry):
        said = check("code7").judgement
    stream = lend("code7", entry.name)
    found = grade("code7", SEED, asking(stream)).judgement
    assert found.message == said.message and found.mistake == said.mistake == entry.name
