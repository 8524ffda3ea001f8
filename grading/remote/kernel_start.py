"""The start of a kernel: set limits, change the user, then run ipykernel.

python -m grading.remote.kernel_start '{"limits": ..., "user": ..., "connection": ..., "channel": ...}'
"""

import ctypes
import json
import os
import resource
import signal
import sys

CONNECTION = "LABKIT_CONNECTION"  # the environment variables that survive the change of user
CHANNEL = "LABKIT_CHANNEL"
SERVER = "_labkit_kernel_server"  # the module's name in a kernel, where a learner may have a module "grading"


def confine(settings: dict) -> None:
    """Set the limits of each process, change the user id, then execute this module again as that user."""
    for name, value in settings["limits"].items():
        resource.setrlimit(getattr(resource, name), (value, value))
    if settings["user"]:
        os.setgroups([])
        os.setgid(settings["user"])
        os.setuid(settings["user"])
    os.umask(0o077)
    if "filter" in settings:  # where bubblewrap does not load it, see sandbox.weaker
        os.chdir(settings["folder"])
        restrict(bytes.fromhex(settings["filter"]))
    os.environ[CONNECTION] = json.dumps(settings["connection"])
    os.environ[CHANNEL] = str(settings["channel"])
    os.execv(sys.executable, [sys.executable, "-m", "grading.remote.kernel_start"])


class Program(ctypes.Structure):
    """struct sock_fprog"""

    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_char_p)]


def restrict(steps: bytes) -> None:
    """Restrict this process and all that it starts: no further rights, a filter of system calls (prctl(2)).

    It ends with the thread that started it, and orphans among its descendants become its children.
    """
    libc, program = ctypes.CDLL(None, use_errno=True), Program(len(steps) // 8, steps)
    set_parent_death_signal, set_seccomp, set_subreaper, set_no_new_privileges = 1, 22, 36, 38
    for option, value, more in (
        (set_parent_death_signal, signal.SIGKILL, None),
        (set_subreaper, 1, None),
        (set_no_new_privileges, 1, None),
        (set_seccomp, 2, ctypes.byref(program)),
    ):
        if libc.prctl(option, ctypes.c_ulong(value), more, ctypes.c_ulong(), ctypes.c_ulong()):
            raise OSError(ctypes.get_errno(), f"prctl({option}) was refused")


def hide() -> None:
    """Leave the name "grading" to the learner's own modules and variables."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "grading"]:
        del sys.modules[name]
    folder = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    if not os.path.isdir(os.path.join(folder, "labkit")):  # not the repository, as without a sandbox
        sys.path[:] = [path for path in sys.path if path != folder]
        paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        os.environ["PYTHONPATH"] = os.pathsep.join(path for path in paths if path != folder)


def send_output_over(address: str) -> None:
    """Let the kernel's child processes send their output to it over this zmq address, and not over TCP."""
    import zmq
    from ipykernel.iostream import IOPubThread
    from zmq.eventloop.zmqstream import ZMQStream

    def setup_pipe_in(thread: IOPubThread) -> None:
        thread._pipe_uuid = os.urandom(16)
        stream = thread.socket.context.socket(zmq.PULL)
        stream.bind(address)
        thread._pipe_in = ZMQStream(stream, thread.io_loop)
        thread._pipe_in.on_recv(thread._handle_pipe_msg)

    def setup_pipe_out(thread: IOPubThread) -> tuple[zmq.Context, zmq.Socket]:
        context = zmq.Context()  # the parent's cannot be used after a fork
        stream = context.socket(zmq.PUSH)
        stream.linger = 3000
        stream.connect(address)
        return context, stream

    # The two methods that open a TCP port:
    setattr(IOPubThread, "_setup_pipe_in", setup_pipe_in)  # noqa: B010 - private, unknown to the type checker
    setattr(IOPubThread, "_setup_pipe_out", setup_pipe_out)  # noqa: B010


def start_kernel() -> None:
    """Run ipykernel on sockets that the grader has opened and whose descriptors it passes."""
    import zmq
    from ipykernel.heartbeat import Heartbeat
    from ipykernel.kernelapp import IPKernelApp

    import labkit  # noqa: F401 - an error now where it cannot be read

    connection = json.loads(os.environ.pop(CONNECTION))
    if not connection:  # `Sandbox.check` tests only that Python starts
        return
    from grading.remote import kernel_server, tolerance

    sys.modules[SERVER] = kernel_server
    hide()
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

    Heartbeat._bind_socket = lambda self: bind(self.socket, self.port)  # pyright: ignore[reportAttributeAccessIssue]
    if "output" in connection:
        send_output_over(connection["output"])
    tolerance.prepare()
    settings = dict(transport="ipc", ip=connection["ip"], kernel_class=tolerance.TolerantKernel)
    sys.path.insert(0, "")  # a learner's own modules lie beside the notebook
    app = Kernel(**settings, **connection["ports"])
    app.session.key = connection["key"].encode()
    app.initialize(connection["arguments"])
    app.start()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        confine(json.loads(sys.argv[1]))
    else:
        start_kernel()
