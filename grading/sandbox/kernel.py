"""A Jupyter kernel in a sandbox, for nbclient.

Grader and kernel communicate over sockets that are open before the kernel starts: no folder is shared.
"""

import asyncio
import math
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from queue import Empty

import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Any, Type

from grading.sandbox import seccomp
from grading.sandbox.bubblewrap import Sandbox, handed_down, unsafe_environment
from grading.sandbox.limits import MB, Group

CHANNELS = ("shell", "iopub", "stdin", "hb", "control")
MESSAGE = 64 * MB  # bytes of one message of the kernel: a video in an output is the largest
OWN_SESSION = dict(start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Provisioner(LocalProvisioner):
    """Starts a kernel in a sandbox and gives it open sockets."""

    sandbox: Sandbox
    group: Group | None = None

    async def launch_kernel(self, cmd, **kwargs):
        manager = self.parent
        listening, fds = [], {}
        for name in CHANNELS:
            stream = socket.socket(socket.AF_UNIX)
            stream.bind(f"{manager.ip}-{getattr(manager, f'{name}_port')}")
            stream.listen(16)
            listening.append(stream)
            fds[name] = stream.fileno()
        manager.grader_end, kernel_end = socket.socketpair()
        connection = dict(
            ip="/tmp/kernel",
            key=manager.session.key.decode(),
            ports={f"{name}_port": getattr(manager, f"{name}_port") for name in CHANNELS},
            fds={f"{name}_port": fd for name, fd in fds.items()},
            arguments=["--log-level=40", "--HistoryManager.enabled=False"],
        )
        given = [*fds.values(), kernel_end.fileno()]
        if self.sandbox.safe:
            started: Future[subprocess.Popen] = Future()
            threading.Thread(target=self.live, args=(started, connection, given), daemon=True).start()
            self.process = await asyncio.wrap_future(started)
        else:
            command = self.sandbox.kernel(connection, given[-1])
            self.process = subprocess.Popen(  # pyright: ignore[reportCallIssue] - of the dict
                command, pass_fds=given, env=unsafe_environment(), cwd=kwargs.get("cwd"),
                stdin=subprocess.DEVNULL, **OWN_SESSION,
            )  # fmt: skip
        self.pid = self.pgid = self.process.pid
        for stream in [*listening, kernel_end]:
            stream.close()
        return self.connection_info

    def live(self, started: Future, connection: dict, fds: list[int]) -> None:
        """The thread of a confined kernel: starts it, with a session keyring of its own, and watches it.

        bubblewrap ends the kernel when this thread ends.
        """
        try:
            seccomp.own_keyring()
            self.group = Group(self.sandbox.limits)
            with handed_down(self.sandbox.call_filter()) as program:
                command = self.sandbox.kernel(connection, fds[-1], *program)
                process = self.group.start(
                    command, pass_fds=[*fds, *program], env=self.sandbox.environment(), **OWN_SESSION
                )
        except BaseException as error:
            started.set_exception(error)
        else:
            started.set_result(process)
            self.group.watch(process)

    def end(self) -> None:
        """Kill the kernel at once."""
        with suppress(OSError):
            os.killpg(self.pgid, signal.SIGKILL)

    async def send_signal(self, signum: int) -> None:
        """Kill the kernel, unless for an interrupt, which is a message, see `Manager`."""
        if signum != signal.SIGINT:
            await super().send_signal(signal.SIGKILL)

    async def cleanup(self, restart: bool = False) -> None:
        await super().cleanup(restart)
        if self.group:
            self.group.remove()
        self.sandbox.end()


def understood(message: dict) -> bool:
    """Has a message the form that Jupyter's messaging protocol gives it, as far as nbclient relies on it?"""
    content = message["content"]
    if not all(isinstance(part, dict) for part in (content, message["header"], message["parent_header"])):
        return False
    if not isinstance(message["msg_type"], str):
        return False
    if message["msg_type"] != "execute_reply":
        return True
    words = [content.get("ename"), content.get("evalue"), *(content.get("traceback") or ())]
    return content.get("status") in ("ok", "aborted") or (
        content.get("status") == "error"
        and isinstance(content.get("traceback"), list)
        and all(isinstance(word, str) for word in words)
    )


class TolerantChannel(AsyncZMQSocketChannel):
    """A channel that ignores what is no message of the protocol, and counts it in `ignored`."""

    ignored = 0

    async def get_msg(self, timeout: float | None = None) -> dict:
        """Raises queue.Empty after `timeout` seconds without a message."""
        end = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            left = None if timeout is None else max(0, end - time.monotonic())
            with suppress(ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError):
                message = await super().get_msg(left)
                if understood(message):
                    return message
            self.ignored += 1
            await asyncio.sleep(0)  # else many invalid messages in a row would delay timeouts
            if time.monotonic() > end:
                raise Empty


class Client(AsyncKernelClient):
    """Without a heartbeat: its thread never ends where answers are invalid. The process is checked."""

    shell_channel_class = Type(TolerantChannel)
    iopub_channel_class = Type(TolerantChannel)
    control_channel_class = Type(TolerantChannel)

    def start_channels(self, *args, **kwargs) -> None:
        super().start_channels(hb=False)


class Manager(AsyncKernelManager):
    """A kernel in a sandbox, for nbclient. grader_end: the socket of `grading.remote.protocol`."""

    sandbox = Any()
    grader_end = Any()

    def __init__(self, sandbox: Sandbox, **kwargs):
        self.folder = Path(tempfile.mkdtemp(prefix="labkit-"))  # short: a socket's path has at most 107 bytes
        super().__init__(
            sandbox=sandbox, transport="ipc", ip=str(self.folder / "k"), client_factory=Client,
            connection_file=str(self.folder / "kernel.json"), **kwargs,
        )  # fmt: skip
        self.context = zmq.asyncio.Context()
        self.context.setsockopt(zmq.MAXMSGSIZE, MESSAGE)
        self.context.setsockopt(zmq.SNDTIMEO, 5000)  # ms; else sending to an ended kernel blocks
        self._created_context = True
        for port, name in enumerate(CHANNELS, 1):
            setattr(self, f"{name}_port", port)

    async def _async_pre_start_kernel(self, **kwargs):
        self.kernel_spec.interrupt_mode = "message"
        self.provisioner = Provisioner(parent=self, kernel_spec=self.kernel_spec, kernel_id="learner")
        self.provisioner.sandbox = self.sandbox
        return await super()._async_pre_start_kernel(**kwargs)

    async def _async_interrupt_kernel(self) -> None:
        try:
            await super()._async_interrupt_kernel()
        except zmq.Again:
            self.provisioner.end()  # pyright: ignore[reportAttributeAccessIssue] - ours

    interrupt_kernel = _async_interrupt_kernel

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart)
        if self.grader_end:
            self.grader_end.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    cleanup_resources = _async_cleanup_resources
