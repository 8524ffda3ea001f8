"""A process that has imported what a kernel needs, and forks for each request: importing takes seconds.

`python lender.py DESCRIPTOR`, of a Unix socket of packets. A request is a program and its arguments, as JSON,
with the socket on which the program serves; the answer is the number of the process that runs it.
"""

import json
import os
import signal
import socket
import sys
import traceback
from importlib import import_module

from grading.remote.kernel_start import CHANNEL

# Not the server itself, which reads the socket's number when it is imported
for module in (
    "torch", "process_settings", "grading.bank", "grading.remote.protocol", "grading.remote.tolerance",
    "labkit.exercises.observer", "labkit.exercises.probe", "labkit.exercises.recorded_solution",
):  # fmt: skip
    import_module(module)


def run(code: str, arguments: list[str], channel: int) -> None:
    """Run the program as `python -c` does, and end this process."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ[CHANNEL] = str(channel)
    sys.argv[1:] = arguments
    try:
        exec(code, {"__name__": "__main__"})
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the processes
    requests = socket.socket(fileno=int(sys.argv[1]))
    while True:
        request, channels, _, _ = socket.recv_fds(requests, 2**20, 1)
        if not request:
            return
        if (process := os.fork()) == 0:
            requests.close()
            run(*json.loads(request), *channels)
        os.close(channels[0])
        requests.send(str(process).encode())


main()
