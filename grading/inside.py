"""What runs in the sandbox beside a learner's code: the kernel's start, and `serve`, which lends the grader
the learner's functions.

    python inside.py '{"limits": ..., "user": ..., ...}'

Nothing in here is secret, and nothing the grader relies on: a learner's code shares this process.
"""

import json
import os
import resource
import sys

CONNECTION = "LABKIT_CONNECTION"  # the environment variables that survive the change of user
CHANNEL = "LABKIT_CHANNEL"


def confine(settings: dict) -> None:
    """Give up what a learner's code must not have, then become the kernel."""
    for name, value in settings["limits"].items():
        resource.setrlimit(getattr(resource, name), (value, value))
    if settings["user"]:
        os.setgroups([])
        os.setgid(settings["user"])
        os.setuid(settings["user"])
    os.umask(0o077)
    os.environ[CONNECTION] = json.dumps(settings["connection"])
    os.environ[CHANNEL] = str(settings["channel"])
    os.execv(sys.executable, [sys.executable, __file__])


def start_kernel() -> None:
    """An ordinary ipykernel, but for its sockets: the grader has opened them and handed them down, so that no
    folder needs to be shared."""
    import zmq
    from ipykernel.heartbeat import Heartbeat
    from ipykernel.kernelapp import IPKernelApp

    import labkit  # noqa: F401 - and fail now where it cannot be read

    connection = json.loads(os.environ.pop(CONNECTION))
    if not connection:  # this was only to see whether it works
        return
    by_port = {connection["ports"][name]: fd for name, fd in connection["fds"].items()}

    def bind(stream, port: int) -> int:
        stream.setsockopt(zmq.USE_FD, by_port[port])
        stream.bind(f"ipc://{connection['ip']}-{port}")
        return port

    class Kernel(IPKernelApp):
        def _bind_socket(self, s, port):
            return bind(s, port)

        def write_connection_file(self, **kwargs):
            pass

    Heartbeat._bind_socket = lambda self: bind(self.socket, self.port)
    app = Kernel(transport="ipc", ip=connection["ip"], **connection["ports"])
    app.session.key = connection["key"].encode()
    app.initialize(connection["arguments"])
    app.start()


def serve(exercise: str, session: int) -> None:
    """Call the learner's functions for the grader until it has seen enough. Requests of earlier
    sessions, which ended in a timeout, may still come in."""
    import functools
    import random
    import socket
    import warnings

    import numpy as np
    import torch
    import wire

    from labkit.diffusion import Schedule
    from labkit.exercises.recorded_solution import silenced
    from labkit.stubs import stubs

    channel = wire.Channel(socket.socket(fileno=os.dup(int(os.environ[CHANNEL]))))
    functions = {entry.name: entry for entry in stubs(exercise)}
    kept, networks, calls = [], {}, {}

    class Pack(wire.Packer):
        def other(self, value):
            kept.append(value)
            return dict(kind="kept", number=len(kept) - 1, name=type(value).__name__)

    class Unpack(wire.Unpacker):
        def __init__(self):
            self.leaves = []
            super().__init__(self.grow)

        def grow(self, value):
            self.leaves.append(value.requires_grad_())
            return value.clone()  # which may be changed in place

        def other(self, kind, message):
            if kind == "kept":
                return kept[message["number"]]
            if kind == "schedule":
                return Schedule(**message["config"])
            if kind == "network":
                return self.network(message)
            if kind == "callable":
                return functools.partial(self.ask, message["number"])
            return super().other(kind, message)

        def network(self, message):
            if message["key"] not in networks:
                network = wire.make_network(message["about"])
                weights = {name: self.unpack(value) for name, value in message["weights"].items()}
                network.load_state_dict(weights)
                networks[message["key"]] = network
            network = networks[message["key"]]
            if message["grad"]:
                self.leaves += network.parameters()
            return network

        def ask(self, number, *arguments, **keywords):
            given = Pack().pack([arguments, keywords])
            channel.send({"ask": number, "given": given})
            reply = channel.receive()
            if "failed" in reply:
                raise TypeError(reply["failed"])
            return self.unpack(reply["value"])

    def call(message):
        unpack, pack = Unpack(), Pack()
        arguments, keywords = unpack.unpack(message["arguments"]), unpack.unpack(message["keywords"])
        with torch.set_grad_enabled(message["grad"]):
            result = functions[message["function"]].function(*arguments, **keywords)
        packed = pack.pack(result)
        if message["grad"]:
            calls[message["number"]] = unpack.leaves, pack.leaves
        return {"value": packed}

    def backward(message):
        leaves, results = calls[message["number"]]
        gradients = Unpack().unpack(message["gradients"])
        found = torch.autograd.grad(results, leaves, gradients, retain_graph=True, allow_unused=True)
        return {"value": Pack().pack(list(found))}

    def begin(message):
        for memory in (kept, networks, calls):
            memory.clear()
        torch.manual_seed(0)  # as labkit's own check does
        np.random.seed(0)
        random.seed(0)
        return {"value": None}

    requests = dict(call=call, backward=backward, begin=begin)
    with silenced(exercise), warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        warnings.simplefilter("ignore")
        while True:
            message = channel.receive()
            if message["session"] != session:
                continue
            if message["request"] == "end":
                return
            try:
                reply = requests[message["request"]](message)
            except KeyboardInterrupt:  # the grader's patience is at an end
                return
            except BaseException as error:  # noqa: BLE001 - a learner's code may raise anything
                names = [c.__name__ for c in type(error).__mro__]
                reply = {"raised": names, "text": str(error)[:1000]}
            channel.send(reply | {"token": message["token"]})


if __name__ == "__main__":
    if len(sys.argv) > 1:
        confine(json.loads(sys.argv[1]))
    else:
        start_kernel()
