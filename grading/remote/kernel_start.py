"""The start of a kernel: set limits, change the user, then run ipykernel.

python -m grading.remote.kernel_start '{"limits": ..., "user": ..., "connection": ..., "channel": ...}'
"""

import json
import os
import resource
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
    os.environ[CONNECTION] = json.dumps(settings["connection"])
    os.environ[CHANNEL] = str(settings["channel"])
    os.execv(sys.executable, [sys.executable, "-m", "grading.remote.kernel_start"])


def hide() -> None:
    """Leave the name "grading" to the learner's own modules and variables."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "grading"]:
        del sys.modules[name]
    folder = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    if not os.path.isdir(os.path.join(folder, "labkit")):  # not the repository, as without a sandbox
        sys.path[:] = [path for path in sys.path if path != folder]
        paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        os.environ["PYTHONPATH"] = os.pathsep.join(path for path in paths if path != folder)


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
