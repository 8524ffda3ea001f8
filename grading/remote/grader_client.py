"""The grader's end of the protocol, and the points of a check, which a kernel cannot forge.

The probes of a check run here, in the grader's process, on inputs of a hidden seed. Only the learner's
functions run in the kernel: where a probe calls one, arguments are sent, and the result received, as plain
arrays (`protocol`, `kernel_server`); what one method of a network hands to the next stays there. To the
grader, a kernel is a function of its arguments.

The message comes from the inputs of seed 0, which every learner has: feedback shows what `labkit.check`
prints for this code, and nothing of the hidden inputs.
"""

import builtins
import hashlib
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor

from grading import bank
from grading.limited import allocation_limit
from grading.remote import protocol
from labkit.diffusion import Schedule
from labkit.exercises.check import Verdict, load_answers
from labkit.exercises.judge import Answers, Judgement, judge
from labkit.exercises.probe import answer, probes, restart
from labkit.models.base import BaseDiT
from labkit.stubs import EmptyExercise, Stub, find, stubs

CALLS = 20_000  # messages for one exercise; the longest one needs some hundreds
ROOM = 512 * 2**20  # bytes that probes may allocate: two small results may make a large one together
WORDS = 2000  # characters of a check's message; a learner's code may return any text
TOO_LONG = "took too long"
OTHER = "It is right on the inputs that labkit.check shows, but not on others: it must hold for any input."


class NoAnswer(Exception):
    """The kernel did not answer in time, or broke the protocol."""


class KernelObject:
    """A value that the learner's code made and that stays in the kernel, under this number.

    It is what is not plain, and what one method of a network hands to the next: there it keeps its type, its
    identity and its history.

    Its class has the name of that value's type. leaves: the tensors with a gradient that it was made from.
    """

    def __init__(self, number: int):
        self.number = number
        self.leaves: list[Tensor] = []


class GraderPacker(protocol.Packer):
    """Packs arguments for the kernel."""

    def __init__(self, remote: "Remote"):
        super().__init__()
        self.remote = remote

    def other(self, value: object) -> Any:
        if isinstance(value, KernelObject):
            self.leaves += value.leaves  # as the kernel does
            return dict(kind="reference", number=value.number)
        if isinstance(value, Schedule):
            return dict(kind="schedule", config=value.config)
        if isinstance(value, BaseDiT):
            return self.network(value)
        if callable(value):
            self.remote.callables.append(value)
            return dict(kind="callable", number=len(self.remote.callables) - 1)
        return super().other(value)

    def network(self, network: BaseDiT) -> dict:
        """Weights are sent once, and again when they have changed."""
        weights, about = network.state_dict(), protocol.describe_network(network)
        content = b"".join(t.numpy().tobytes() for t in weights.values())
        key = hashlib.sha256(repr((about, list(weights))).encode() + content).hexdigest()
        message = dict(kind="network", key=key, about=about, grad=torch.is_grad_enabled())
        if key not in self.remote.networks:
            self.remote.networks.add(key)
            message["weights"] = {name: self.pack(value) for name, value in weights.items()}
        if torch.is_grad_enabled():
            self.leaves += network.parameters()
        return message


class GraderUnpacker(protocol.Unpacker):
    """Unpacks results of the kernel: plain values, and references to others."""

    def other(self, kind: str, message: dict) -> Any:
        name, number = message["name"], message["number"]
        if kind != "reference" or type(number) is not int or not str(name).isidentifier():
            return super().other(kind, message)
        return type(name[:60], (KernelObject,), {})(number)


class Gradient(torch.autograd.Function):
    """The kernel's results as a function of the arguments: a backward pass runs through the kernel."""

    @staticmethod
    def forward(ctx, remote: "Remote", number: int, count: int, *tensors: Tensor):
        ctx.remote, ctx.number, ctx.shapes = remote, number, [t.shape for t in tensors[count:]]
        return tuple(t.clone() for t in tensors[:count])

    @staticmethod
    def backward(ctx, *gradients: Tensor):
        found = ctx.remote.ask(
            "backward", number=ctx.number, gradients=protocol.Packer().pack(list(gradients))
        )
        found = GraderUnpacker(lambda t: t).unpack(found)
        if [None if g is None else g.shape for g in found] != [
            None if g is None else shape for g, shape in zip(found, ctx.shapes, strict=True)
        ]:
            raise NoAnswer("gradients of another shape")
        return None, None, None, *([None] * len(gradients)), *found


class Remote:
    """The learner's functions, called over a channel."""

    def __init__(self, stream: socket.socket, seconds: float):
        self.channel = protocol.Channel(stream)
        self.channel.deadline = time.monotonic() + seconds
        self.silent = ""  # why it is not asked any more
        self.messages = 0
        self.session = secrets.randbits(48)  # late replies of other sessions have other tokens
        self.forget()

    def forget(self) -> None:
        self.callables: list[Callable] = []
        self.networks: set[str] = set()
        self.calls = 0

    def begin(self) -> None:
        """Before each probe: remove everything of the last one, here and in the kernel, and seed it."""
        self.forget()
        if not self.silent:
            self.ask("begin")

    def end(self) -> None:
        """End the session, so that the kernel's cell ends."""
        self.channel.deadline = time.monotonic() + 1
        with suppress(OSError):
            self.channel.send(dict(request="end", session=self.session))

    def function(self, name: str, keep: bool = False) -> Callable:
        """A function that calls a function of the learner in the kernel. keep: its results stay there."""

        def call(*arguments, **keywords):
            self.calls += 1
            pack, grad, number = GraderPacker(self), torch.is_grad_enabled(), self.calls
            reply = self.ask(
                "call", function=name, number=number, grad=grad, leaves=pack.leaves, keep=keep,
                bfloat16=torch.is_autocast_enabled("cpu"),
                arguments=pack.pack(arguments), keywords=pack.pack(keywords),
            )  # fmt: skip
            found: list[Tensor] = []

            def track(tensor: Tensor) -> Tensor:
                found.append(tensor)
                return tensor

            value = GraderUnpacker(track).unpack(reply)
            if keep and isinstance(value, KernelObject):
                value.leaves = pack.leaves
                return value
            if not grad or not found or not pack.leaves:
                return value
            tied = iter(Gradient.apply(self, number, len(found), *found, *pack.leaves))
            return GraderUnpacker(lambda t: next(tied)).unpack(reply)

        return call

    def ask(self, request: str, leaves: list[Tensor] | None = None, **fields) -> Any:
        """The value of the kernel's reply. Raises what the learner's code raised, and NoAnswer."""
        if self.silent:
            raise NoAnswer(self.silent)
        token = self.session + self.messages
        message = dict(request=request, session=self.session, token=token, **fields)
        reply, raised, changed = {}, None, []
        try:
            reply = self._reply(message, leaves)
            if "raised" in reply:
                raised = exception(reply["raised"], reply.get("text"))
            changed = reply.get("changed", [])
            if not isinstance(changed, list) or not all(isinstance(name, str) for name in changed):
                raise protocol.ProtocolError("not a list of names")
        except TimeoutError:
            self.silent = TOO_LONG
        except (protocol.ProtocolError, EOFError, OSError) as error:
            self.silent = f"could not be asked ({type(error).__name__})"
        if self.silent:
            raise NoAnswer(self.silent)
        if raised:  # it may be an OSError, which is no error of the channel
            raise raised
        if Stub.observer:
            Stub.observer.changed |= set(changed)
        return reply.get("value")

    def _reply(self, message: dict, leaves: list[Tensor] | None) -> dict:
        self.channel.send(message)
        while True:
            self.messages += 1
            if self.messages > CALLS:
                raise protocol.ProtocolError("too many messages")
            reply = self.channel.receive()
            if not isinstance(reply, dict):
                raise protocol.ProtocolError("not a reply")
            if "ask" in reply:  # the learner's code calls a network of the probe
                self.channel.send(self.asked(reply, leaves))
            elif reply.get("token") == message["token"]:
                return reply

    def asked(self, reply: dict, leaves: list[Tensor] | None) -> dict:
        """The reply to learner's code that calls a function which a probe passed to it."""
        pack = GraderPacker(self)
        try:
            arguments, keywords = GraderUnpacker(lambda t: t).unpack(reply.get("given"))
            value = pack.pack(self.callables[reply["ask"]](*arguments, **keywords))
        except (TypeError, ValueError, LookupError, AttributeError, RuntimeError) as error:
            return {"failed": str(error)[:1000]}
        if leaves is not None:
            leaves += pack.leaves
        return {"value": value}


def exception(names: object, text: object) -> Exception:
    """An exception for one of the learner's: a subclass of the nearest built-in class, with the same name."""
    if (
        not isinstance(names, list)
        or not names
        or not all(isinstance(n, str) and n.isidentifier() for n in names)
    ):
        raise protocol.ProtocolError("not an exception")
    text = text[:1000] if isinstance(text, str) else ""
    if names[0] == EmptyExercise.__name__:
        return EmptyExercise(text)
    known = [getattr(builtins, name, None) for name in names]
    bases = [c for c in known if isinstance(c, type) and issubclass(c, Exception)]
    base = next((c for c in bases if not issubclass(c, UnicodeError)), Exception)  # which wants arguments
    return type(names[0][:60], (base,), {"__str__": lambda self: text})()


# ------------------------------------------------------------------------------------------------------------
#                                                   Judging
# ------------------------------------------------------------------------------------------------------------


@contextmanager
def plugged(exercise: str, remote: Remote) -> Iterator[None]:
    """Meanwhile, labkit calls the learner's functions in the kernel."""
    entries = stubs(exercise)
    before = [entry.plugged for entry in entries]
    try:
        for entry in entries:  # what a method of a network returns is for the next one, apart from the last
            handed_on = "." in entry.own.__qualname__ and entry is not entries[-1]
            entry.plugged = remote.function(entry.name, keep=handed_on)
        yield
    finally:
        for entry, function in zip(entries, before):
            entry.plugged = function


def collect(exercise: str, seed: int, remote: Remote) -> dict[str, np.ndarray]:
    """The outcome of every probe, in an order that depends on the seed; none is asked after a timeout."""
    questions, found = probes(exercise), {}

    def begin() -> None:
        restart()
        with suppress(Exception):  # if it does not answer, the probe fails with the reason
            remote.begin()

    with plugged(exercise, remote), allocation_limit(ROOM):
        for i in np.random.default_rng([seed, 2]).permutation(len(questions)):
            found[questions[i].name] = answer(questions[i], seed, begin)
    return found


@cache
def right(exercise: str, seed: int) -> list[dict[str, np.ndarray]]:
    """The outcomes of the reference, and of right answers that give other numbers.

    Call it before a kernel starts, whose time limit runs meanwhile.
    """
    others = [v for v in bank.entries("variants", exercise) if v.other_numbers]
    found = []
    for entry in [None, *others]:
        with bank.plugged(exercise, entry):
            found.append({q.name: answer(q, seed) for q in probes(exercise)})
    return found


def grade(exercise: str, seed: int, remote: Remote) -> Verdict:
    """Points from the hidden inputs, the message from those of seed 0."""
    title, questions = find(exercise).title, probes(exercise)
    hidden = judge(questions, collect(exercise, seed, remote), Answers(right(exercise, seed), []))
    message, mistake = "", None
    if hidden.failed and not remote.silent:
        shown = judge(questions, collect(exercise, 0, remote), load_answers(exercise))
        message, mistake = (shown.message or OTHER)[:WORDS], shown.mistake
    if remote.silent:
        message = f"Your code {remote.silent}, so not everything could be checked."
    remote.end()
    return Verdict(title, Judgement(hidden.points, hidden.total, hidden.failed, message, mistake))
