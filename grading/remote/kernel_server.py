"""The kernel's end of the protocol: `serve` calls the learner's functions for the grader.

The grader does not trust it, since a learner's code runs in the same process. Nothing here is secret.
"""

import functools
import os
import socket
import warnings
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor

from grading.remote import protocol, tolerance
from grading.remote.kernel_start import CHANNEL
from labkit.diffusion import Schedule
from labkit.exercises.observer import Observer, observed
from labkit.exercises.probe import random_numbers_kept, restart
from labkit.exercises.recorded_solution import silenced
from labkit.models.base import BaseDiT
from labkit.settings import standard_settings
from labkit.stubs import stubs

_descriptor = int(os.environ.get(CHANNEL, -1))  # a learner's code may clear the environment


class KernelPacker(protocol.Packer):
    """Packs results for the grader. Values that are not plain are stored in `objects`, their indices sent.

    With each object are the tensors with a gradient that it was made from.
    """

    def __init__(self, objects: list[tuple[object, list[Tensor]]]):
        super().__init__()
        self.objects = objects

    def other(self, value: object) -> Any:
        return self.keep(value, [])

    def keep(self, value: object, leaves: list[Tensor]) -> dict:
        self.objects.append((value, leaves))
        return dict(kind="reference", number=len(self.objects) - 1, name=type(value).__name__)


class KernelUnpacker(protocol.Unpacker):
    """Unpacks arguments. Tensors and parameters that need a gradient are listed in `leaves`."""

    def __init__(self, server: "Server"):
        super().__init__(self.track)
        self.server = server
        self.leaves: list[Tensor] = []

    def track(self, value: Tensor) -> Tensor:
        self.leaves.append(value.requires_grad_())
        return value.clone()  # a leaf cannot be changed in place

    def other(self, kind: str, message: dict) -> Any:
        if kind == "reference":
            value, leaves = self.server.objects[message["number"]]
            self.leaves += leaves
            return value
        if kind == "schedule":
            return Schedule(**message["config"])
        if kind == "network":
            return self.network(message)
        if kind == "callable":
            return functools.partial(self.server.ask, self, message["number"])
        return super().other(kind, message)

    def network(self, message: dict) -> BaseDiT:
        networks = self.server.networks
        if message["key"] not in networks:
            network = protocol.make_network(message["about"])
            network.load_state_dict({name: self.unpack(value) for name, value in message["weights"].items()})
            networks[message["key"]] = network
        network = networks[message["key"]]
        if message["grad"]:
            self.leaves += network.parameters()
        return network


class Server:
    """Answers the requests of one session: `begin`, `call` and `backward`."""

    def __init__(self, exercise: str, channel: protocol.Channel):
        self.functions = {entry.name: entry for entry in stubs(exercise)}
        self.channel = channel
        self.observer = Observer()
        self.objects: list[tuple[object, list[Tensor]]] = []
        self.networks: dict[str, BaseDiT] = {}
        self.calls: dict[int, tuple[list[Tensor], list[Tensor]]] = {}  # inputs and results with a gradient
        self.settings = ExitStack()

    def run(self, session: int) -> None:
        """Until the grader ends the session. Requests of earlier sessions, which timed out, are ignored."""
        requests = dict(call=self.call, backward=self.backward, begin=self.begin)
        while True:
            message = self.channel.receive()
            if message["session"] != session:
                continue
            if message["request"] == "end":
                return
            try:
                reply = {"value": requests[message["request"]](message)}
                reply["changed"] = sorted(self.observer.changed)
            except KeyboardInterrupt:  # the time for this check is over
                return
            except BaseException as error:  # noqa: BLE001 - a learner's code may raise anything
                names = [c.__name__ for c in type(error).__mro__]
                reply = {"raised": names, "text": str(error)[:1000]}
            self.channel.send(reply | {"token": message["token"]})

    def begin(self, message: dict) -> None:
        """Remove everything of the last probe; settings and random numbers are those of labkit.check."""
        self.settings.close()
        self.settings.enter_context(standard_settings())
        for memory in (self.objects, self.networks, self.calls):
            memory.clear()
        self.observer = Observer()
        restart()

    def call(self, message: dict) -> Any:
        """One call of a learner's function."""
        unpack, pack = KernelUnpacker(self), KernelPacker(self.objects)
        arguments, keywords = unpack.unpack(message["arguments"]), unpack.unpack(message["keywords"])
        self.observer.changed.clear()
        bfloat16 = torch.autocast("cpu", torch.bfloat16, enabled=message["bfloat16"])
        with torch.set_grad_enabled(message["grad"]), bfloat16, observed(self.observer):
            function = self.functions[message["function"]]
            result = tolerance.on_any_device(function, *arguments, **keywords)
        packed = pack.keep(result, unpack.leaves) if message["keep"] else pack.pack(result)
        if message["grad"]:
            self.calls[message["number"]] = unpack.leaves, pack.leaves
        return packed

    def backward(self, message: dict) -> Any:
        """The gradients of an earlier call's inputs, given those of its results."""
        leaves, results = self.calls[message["number"]]
        gradients = KernelUnpacker(self).unpack(message["gradients"])
        for leaf in leaves:
            leaf.grad = None
        # autograd.grad would not do: re-entrant checkpointing refuses it
        torch.autograd.backward(results, gradients, retain_graph=True)
        found = []
        for leaf in leaves:  # one that is listed twice has its gradient once: the grader adds them up
            found.append(leaf.grad)
            leaf.grad = None
        return KernelPacker(self.objects).pack(found)

    def ask(self, unpack: KernelUnpacker, number: int, *arguments, **keywords) -> Any:
        """Call a function of the grader, such as the network that a probe passes to `ddpm_loss`.

        unpack: that of the call to which this function was passed; the result is one more input of that call.
        """
        self.channel.send({"ask": number, "given": KernelPacker(self.objects).pack([arguments, keywords])})
        reply = self.channel.receive()
        if "failed" in reply:
            raise TypeError(reply["failed"])
        return unpack.unpack(reply["value"])


def serve(exercise: str, session: int) -> None:
    """Call the learner's functions for the grader until it ends the session."""
    channel = protocol.Channel(socket.socket(fileno=os.dup(_descriptor)))
    with silenced(exercise), warnings.catch_warnings(), random_numbers_kept():
        warnings.simplefilter("ignore")
        server = Server(exercise, channel)
        with server.settings:
            server.run(session)
