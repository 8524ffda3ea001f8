"""A seccomp filter of system calls, which bubblewrap loads, and a session keyring for each kernel.

Some parts of Linux belong to no namespace (keyrings, AF_VSOCK), others have had many vulnerabilities
(io_uring, bpf, perf, user namespaces); a notebook needs none of them. The filter is a program of classic
BPF, see seccomp(2) and Documentation/userspace-api/seccomp_filter.rst. It is assembled here, since
libseccomp is not installed on every server.
"""

import ctypes
import errno
import platform
import struct
from collections.abc import Sequence

# Numbers of system calls, as in asm/unistd_64.h (x86-64) and asm-generic/unistd.h (AArch64)
CALLS = {
    "x86_64": dict(
        add_key=248, request_key=249, keyctl=250, ptrace=101, process_vm_readv=310, process_vm_writev=311,
        kcmp=312, pidfd_getfd=438, userfaultfd=323, io_uring_setup=425, io_uring_enter=426,
        io_uring_register=427, perf_event_open=298, bpf=321, setns=308, unshare=272, clone=56, clone3=435,
        socket=41, socketpair=53,
    ),
    "aarch64": dict(
        add_key=217, request_key=218, keyctl=219, ptrace=117, process_vm_readv=270, process_vm_writev=271,
        kcmp=272, pidfd_getfd=438, userfaultfd=282, io_uring_setup=425, io_uring_enter=426,
        io_uring_register=427, perf_event_open=241, bpf=280, setns=268, unshare=97, clone=220, clone3=435,
        socket=198, socketpair=199,
    ),
}  # fmt: skip
ARCHITECTURES = dict(x86_64=0xC000003E, aarch64=0xC00000B7)  # AUDIT_ARCH_..., little-endian both
UNIX = 1  # AF_UNIX
FAMILIES = (UNIX, 2, 10, 16)  # also AF_INET, AF_INET6, AF_NETLINK: a network namespace confines these
NEW_USER = 0x10000000  # CLONE_NEWUSER
X32 = 0x40000000  # the bit of the x32 ABI's system calls, a second set on x86-64

# Offsets in struct seccomp_data; of an argument, the lower half
NUMBER, ARCHITECTURE, FIRST = 0, 4, 16
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO


def program(machine: str = platform.machine(), families: Sequence[int] = FAMILIES) -> bytes:
    """The filter, as an array of struct sock_filter; empty for an architecture that is not in CALLS.

    families: of the sockets that may be made. Each step returns, or leaves the call's number in the
    accumulator for the next step.
    """
    if machine not in CALLS:
        return b""
    calls = dict(CALLS[machine])
    code = [(LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, ARCHITECTURES[machine]), refuse(errno.ENOSYS)]
    code += [(LOAD, 0, 0, NUMBER)]
    if machine == "x86_64":
        code += [(AT_LEAST, 0, 1, X32), refuse(errno.ENOSYS)]
    # glibc falls back to clone, whose flags can be seen from here; those of clone3 are in memory
    code += [(EQUAL, 0, 1, calls.pop("clone3")), refuse(errno.ENOSYS)]
    for name in ("clone", "unshare"):
        code += [(EQUAL, 0, 4, calls.pop(name)), (LOAD, 0, 0, FIRST), (ANY_BIT, 1, 0, NEW_USER)]
        code += [(RETURN, 0, 0, ALLOW), refuse(errno.EPERM)]
    for name in ("socket", "socketpair"):
        code += [(EQUAL, 0, len(families) + 3, calls.pop(name)), (LOAD, 0, 0, FIRST)]
        code += [(EQUAL, len(families) - i, 0, family) for i, family in enumerate(families)]
        code += [refuse(errno.EAFNOSUPPORT), (RETURN, 0, 0, ALLOW)]
    for number in calls.values():
        code += [(EQUAL, 0, 1, number), refuse(errno.EPERM)]
    return b"".join(struct.pack("=HBBI", *step) for step in [*code, (RETURN, 0, 0, ALLOW)])


def refuse(error: int) -> tuple[int, int, int, int]:
    """The instruction that refuses a call with this error number."""
    return RETURN, 0, 0, REFUSE | error


def own_keyring() -> None:
    """Give this thread, and what it starts from now on, a new and empty session keyring (keyctl(2)).

    Without effect where Linux has no keyrings or forbids it: then a kernel cannot read one either.
    """
    if calls := CALLS.get(platform.machine()):
        join = 1  # KEYCTL_JOIN_SESSION_KEYRING
        ctypes.CDLL(None).syscall(calls["keyctl"], join, None)
