"""The protocol between the grader and a learner's kernel: JSON messages over a socket, with arrays inside.

Both ends use this file, and neither trusts what it reads: nothing is unpickled and sizes are bounded. A value
that is not plain is not sent; a reference to it is (kind "reference").
"""

import base64
import dataclasses
import json
import math
import socket
import struct
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from labkit.models import NETWORKS, Condition
from labkit.models.base import BaseDiT
from labkit.text import TextFeatures

MESSAGE = 4 * 2**20  # bytes
ELEMENTS = 2**14  # of an array; a probe's largest has a third of that
VALUES = 4096  # in a message; dictionaries of many more, with keys made to collide, take minutes to build
DTYPES = (
    "bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float16", "float32",
    "float64", "complex64", "complex128",
)  # fmt: skip
DATACLASSES = {c.__name__: c for c in (Condition, TextFeatures)}


class ProtocolError(Exception):
    """A message that the protocol does not allow, or a value that it cannot carry."""


class Channel:
    """JSON messages in both directions over a stream socket."""

    def __init__(self, stream: socket.socket):
        self.stream = stream
        self.deadline = math.inf  # by time.monotonic()

    def send(self, message: object) -> None:
        text = json.dumps(message).encode()
        if len(text) > MESSAGE:
            raise ProtocolError(f"a message of {len(text)} bytes")
        left = self._left()
        self.stream.settimeout(None if left == math.inf else left)
        self.stream.sendall(struct.pack("!I", len(text)) + text)

    def receive(self) -> Any:
        """Raises ProtocolError, EOFError where the other end is closed, TimeoutError after `deadline`."""
        (length,) = struct.unpack("!I", self._read(4))
        if length > MESSAGE:
            raise ProtocolError(f"a message of {length} bytes")
        try:
            return json.loads(self._read(length))
        except (ValueError, RecursionError) as error:
            raise ProtocolError("not JSON") from error

    def _left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _read(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            self.stream.settimeout(min(self._left(), 0.2))  # another thread may change the deadline
            try:
                part = self.stream.recv(min(count - len(data), 1 << 16))
            except TimeoutError:
                continue
            if not part:
                raise EOFError
            data += part
        return bytes(data)


def portable(array: np.ndarray) -> np.ndarray:
    """In this machine's byte order, and no more precise than float64."""
    longer = {np.dtype(np.longdouble): np.float64, np.dtype(np.clongdouble): np.complex128}
    native = array.dtype.newbyteorder("=")
    return array.astype(longer.get(native, native), copy=False)


def pack_array(array: np.ndarray) -> dict:
    if array.dtype.name not in DTYPES or array.size > ELEMENTS:
        raise ProtocolError(f"{array.dtype} array {array.shape}")
    data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return dict(dtype=array.dtype.name, shape=list(array.shape), data=data)


def unpack_array(message: dict) -> np.ndarray:
    shape, dtype = message["shape"], message["dtype"]
    if dtype not in DTYPES or len(shape) > 8 or not all(type(n) is int and 0 <= n <= ELEMENTS for n in shape):
        raise ProtocolError("not an array")
    data = base64.b64decode(message["data"], validate=True)
    if math.prod(shape) > ELEMENTS or len(data) != math.prod(shape) * np.dtype(dtype).itemsize:
        raise ProtocolError("not an array")
    return np.frombuffer(data, dtype).reshape(shape).copy()


def base(value: object) -> object:
    """A number or text of a subclass as its base class, which JSON can hold."""
    for kind, convert in ((int, int.__int__), (float, float.__float__), (str, str.__str__)):
        if isinstance(value, kind) and not isinstance(value, bool):
            return convert(value)
    return value


def plain(value: object) -> bool:
    return value is None or type(value) in (bool, int, float, str)


class Packer:
    """Converts values to JSON. Tensors that require a gradient are listed in `leaves`, in order."""

    def __init__(self):
        self.leaves: list[Tensor] = []

    def pack(self, value: object) -> Any:
        if plain(value):
            return value
        if isinstance(value, Tensor):
            return self.tensor(value)
        if isinstance(value, complex):
            value = np.complex128(value)
        if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biufc":
            array = portable(np.asarray(value))
            if array.dtype.name in DTYPES and array.size <= ELEMENTS:
                return dict(pack_array(array), kind="array", scalar=isinstance(value, np.generic))
        elif plain(base(value)):
            return base(value)
        if isinstance(value, tuple | list):
            kind = "tuple" if isinstance(value, tuple) else "list"
            return dict(kind=kind, of=[self.pack(v) for v in value])
        if isinstance(value, Mapping):
            return dict(kind="dict", of=[[self.pack(k), self.pack(v)] for k, v in value.items()])
        if type(value) in DATACLASSES.values():
            fields = {f.name: self.pack(getattr(value, f.name)) for f in dataclasses.fields(value)}
            return dict(kind="data", name=type(value).__name__, of=fields)
        return self.other(value)

    def tensor(self, value: Tensor) -> Any:
        plain = value.detach().cpu()
        half = plain.dtype == torch.bfloat16  # NumPy has none
        array = (plain.float() if half else plain).resolve_conj().numpy()
        if array.dtype.name not in DTYPES or array.size > ELEMENTS:
            return self.other(value)
        if value.requires_grad:
            self.leaves.append(value)
        return dict(pack_array(array), kind="tensor", half=half, grad=value.requires_grad)

    def other(self, value: object) -> Any:
        raise ProtocolError(f"cannot send a {type(value).__name__}")


class Unpacker:
    """Converts JSON to values. leaf: applied to each tensor that requires a gradient."""

    def __init__(self, leaf: Callable[[Tensor], Tensor]):
        self.leaf = leaf
        self.values = 0

    def unpack(self, message: object) -> Any:
        """Raises ProtocolError."""
        try:
            return self._unpack(message)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
            raise ProtocolError(f"not a value: {type(error).__name__}") from error

    def _unpack(self, message: object) -> Any:
        self.values += 1
        if self.values > VALUES:
            raise ProtocolError("too many values")
        if not isinstance(message, dict):
            if not plain(message):
                raise ProtocolError("not a value")
            return message
        kind = message["kind"]
        if kind == "tensor":
            value = torch.from_numpy(unpack_array(message))
            value = value.bfloat16() if message["half"] else value
            return self.leaf(value) if message["grad"] else value
        if kind == "array":
            value = unpack_array(message)
            return value[()] if message["scalar"] and not value.shape else value
        if kind in ("tuple", "list"):
            return (tuple if kind == "tuple" else list)([self._unpack(v) for v in message["of"]])
        if kind == "dict":
            return {self._unpack(k): self._unpack(v) for k, v in message["of"]}
        if kind == "data":
            return DATACLASSES[message["name"]](**{k: self._unpack(v) for k, v in message["of"].items()})
        return self.other(kind, message)

    def other(self, kind: str, message: dict) -> Any:
        raise ProtocolError(f"unknown kind of value {kind!r}")


def describe_network(network: BaseDiT) -> dict:
    """Class, configuration and mode of a network, without its weights."""
    depth = len(network.blocks)
    return dict(network=network.network, config=network.config | {"depth": depth}, training=network.training)


def make_network(about: dict) -> BaseDiT:
    return NETWORKS[about["network"]](**about["config"]).train(about["training"])
