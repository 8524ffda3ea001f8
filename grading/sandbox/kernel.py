"""A Jupyter kernel in a sandbox, for nbclient. Grader and kernel talk over sockets that are open before the
kernel starts, so that no folder is shared."""

import asyncio
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

import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Any

from grading.sandbox import seccomp
from grading.sandbox.bubblewrap import Sandbox, call_filter, environment, handed_down, unsafe_environment
from grading.sandbox.limits import MB, Group, family, used_memory

CHANNELS = ("shell", "iopub", "stdin", "hb", "control")
MESSAGE = 64 * MB  # bytes of one message of the kernel: a video in an output is the largest


class Provisioner(LocalProvisioner):
    """Starts a kernel in a sandbox, with sockets that are open already."""

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
            settings = dict(env=unsafe_environment(), cwd=kwargs.get("cwd"))
            self.process = self.start(self.sandbox.kernel(connection, given[-1]), given, **settings)
        self.pid = self.pgid = self.process.pid
        for stream in [*listening, kernel_end]:
            stream.close()
        return self.connection_info

    @staticmethod
    def start(command: list[str], fds: list[int], **settings) -> subprocess.Popen:
        nothing = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        return subprocess.Popen(command, pass_fds=fds, start_new_session=True, **nothing, **settings)

    def live(self, started: Future, connection: dict, fds: list[int]) -> None:
        """A confined kernel's thread: starts it, with a session keyring of its own, and watches over it.

        Where this thread ends, bubblewrap ends the kernel.
        """
        try:
            seccomp.own_keyring()
            with handed_down(call_filter()) as program:
                command = self.sandbox.kernel(connection, fds[-1], *program)
                process = self.start(command, [*fds, *program], env=environment())
            self.group = Group(self.sandbox.limits)
            self.group.add(process.pid)
        except BaseException as error:
            started.set_exception(error)
        else:
            started.set_result(process)
            self.watch(process)

    def watch(self, process: subprocess.Popen) -> None:
        """End a kernel that takes too much, also where there are no control groups."""
        limits, before = self.sandbox.limits, used_memory([os.getpid()])
        while process.returncode is None:
            pids = family(process.pid)
            heard = used_memory([os.getpid()]) - before  # messages without end are kept until they have one
            if len(pids) > limits.processes or used_memory(pids) > limits.memory or heard > limits.heard:
                self.end()
                return
            time.sleep(0.25)

    def end(self) -> None:
        """Now, whatever it is doing."""
        with suppress(OSError):
            os.killpg(self.pgid, signal.SIGKILL)

    async def send_signal(self, signum: int) -> None:
        """Only to end it: an interrupt is a message, see `Manager`."""
        if signum != signal.SIGINT:
            await super().send_signal(signal.SIGKILL)

    async def cleanup(self, restart: bool = False) -> None:
        await super().cleanup(restart)
        if self.group:
            self.group.remove()


class Client(AsyncKernelClient):
    """Without a heartbeat: its thread waits for ever where a kernel answers nonsense. We see the process."""

    def start_channels(self, *args, **kwargs) -> None:
        super().start_channels(hb=False)


class Manager(AsyncKernelManager):
    """A kernel in a sandbox, for nbclient. grader_end: a socket to it that is not Jupyter's."""

    sandbox = Any()
    grader_end = Any()

    def __init__(self, sandbox: Sandbox, **kwargs):
        self.folder = Path(tempfile.mkdtemp(prefix="labkit-"))  # short: a socket's name has 107 bytes at most
        super().__init__(
            sandbox=sandbox, transport="ipc", ip=str(self.folder / "k"), client_factory=Client,
            connection_file=str(self.folder / "kernel.json"), **kwargs,
        )  # fmt: skip
        self.context = zmq.asyncio.Context()
        self.context.setsockopt(zmq.MAXMSGSIZE, MESSAGE)
        self.context.setsockopt(zmq.SNDTIMEO, 5000)  # ms; a kernel that is gone would be waited for
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
