"""What a check sees of the learner's functions while it asks: what they change and what they return.

A learner's function gets copies of its arguments. One that changes them is noticed, and spoils nothing else.
"""

import copy
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from labkit.stubs import Stub


class Observer:
    """Stands between a check and the learner's functions.

    changed: what calls have changed, by name: "x_t", "the result of model", "self" (a network's weights or
    its mode), or what changes all of the session: "torch.set_grad_enabled", "torch.manual_seed".
    returned: name and result of the function that returned last. raised: name and error of the one that
    raised last.
    """

    def __init__(self):
        self.changed: set[str] = set()
        self.returned: tuple[str, object] | None = None
        self.raised: tuple[str, Exception] | None = None
        self._results: list[object] = []  # a learner's own values, passed on from one function to the next

    def __call__(self, stub: Stub, args: tuple, kwargs: dict) -> object:
        """Call the function of `stub` on copies of its arguments → its result.

        Records what it changes, returns and raises. Raises what it raises.
        """
        before: list[tuple[str, object, object]] = []  # name, value, copy
        gradients, seed = torch.is_grad_enabled(), torch.initial_seed()

        def lend(name: str, value: object) -> object:
            if any(value is result for result in self._results):
                return value  # the learner's own, to be changed or not
            if callable(value) and not isinstance(value, nn.Module | type):
                return self._proxy(value, lambda result: lend(f"the result of {name}", result))
            before.append((name, value, state(value) if isinstance(value, nn.Module) else copied(value)))
            return value if isinstance(value, nn.Module) else before[-1][2]

        names = list(inspect.signature(stub.own).parameters)
        names += [f"argument {n + 1}" for n in range(len(names), len(args))]
        args = tuple(map(lend, names, args))
        kwargs = {name: lend(name, value) for name, value in kwargs.items()}
        try:
            result = stub.function(*args, **kwargs)
        except Exception as error:
            self.raised = stub.name, error
            raise
        if torch.is_grad_enabled() != gradients:
            torch.set_grad_enabled(gradients)
            self.changed.add("torch.set_grad_enabled")
        if torch.initial_seed() != seed:
            self.changed.add("torch.manual_seed")
        for name, value, twin in before:
            if not equal(state(value) if isinstance(value, nn.Module) else value, twin):
                self.changed.add(name)
        self.returned = stub.name, result
        self._results.append(result)
        return result

    @staticmethod
    def _proxy(function: Callable, lend: Callable) -> Callable:
        """`function`, whose results are lent as well."""

        def call(*args, **kwargs):
            return lend(function(*args, **kwargs))

        # a learner's torch.compile must not trace this; importing the compiler for it would take seconds
        return torch.compiler.disable(call) if "torch._dynamo" in sys.modules else call


@contextmanager
def observed(observer: Observer) -> Iterator[Observer]:
    """In this context every function of an exercise is called through `observer`."""
    before, Stub.observer = Stub.observer, observer
    try:
        yield observer
    finally:
        Stub.observer = before


def parts(value: object) -> dict[str, object] | None:
    """The fields of an object of labkit's that holds values, such as a Schedule; None of any other."""
    own = type(value).__module__.startswith("labkit.") and not isinstance(value, nn.Module | type)
    return vars(value) if own and hasattr(value, "__dict__") else None


def state(network: nn.Module) -> list[object]:
    """Training mode and weights of a network, for comparison."""
    weights = [p.detach().flatten() for p in network.parameters()]
    return [network.training, torch.cat(weights) if weights else None]


def copied(value: object) -> object:
    """A copy of tensors, arrays, lists and labkit's own objects made of them; any other value itself."""
    if isinstance(value, Tensor):
        return value.clone()  # differentiable
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, list):
        return [copied(v) for v in value]
    if fields := parts(value):
        twin = copy.copy(value)
        vars(twin).update({name: copied(v) for name, v in fields.items()})
        return twin
    return value


def equal(a: object, b: object) -> bool:
    """Is a value still the copy that was made of it?"""
    if isinstance(a, Tensor):
        alike = isinstance(b, Tensor) and a.shape == b.shape and a.dtype == b.dtype
        return alike and bool(((a == b) | ((a != a) & (b != b))).all())  # nan is not equal to itself
    if isinstance(a, np.ndarray):
        alike = isinstance(b, np.ndarray) and a.shape == b.shape and a.dtype == b.dtype
        return alike and bool(np.all((a == b) | ((a != a) & (b != b))))
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(equal, a, b))
    if fields := parts(a):
        return fields.keys() == vars(b).keys() and all(equal(v, vars(b)[n]) for n, v in fields.items())
    return a is b or (type(a) is type(b) and a == b)
