"""System calls that a kernel may not make, and its keyring: tried in the kernel of this machine."""

import ctypes
import errno
import json
import os
import platform
import re
import struct
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from test_sandbox import Run, answers_known  # noqa: F401 - a fixture
from toy_course import ANSWER

from grading.sandbox import seccomp
from grading.sandbox.bubblewrap import Sandbox, call_filter, handed_down

MACHINE = platform.machine()
ALLOWED = 0
EXPECTED = {name: errno.EPERM for name in seccomp.CALLS["x86_64"]} | dict(
    clone3=errno.ENOSYS, socket=errno.EAFNOSUPPORT, socketpair=errno.EAFNOSUPPORT
)

# ------------------------------------------------------------------------------------------------------------
#                                            The program, step by step
# ------------------------------------------------------------------------------------------------------------


def outcome(
    machine: str, number: int, first: int = 0, architecture: int | None = None, program: bytes = b""
) -> int:
    """What a filter (default: bubblewrap's) makes of a call: 0 or an error. It interprets BPF."""
    architecture = seccomp.ARCHITECTURES[machine] if architecture is None else architecture
    data = struct.pack("<IIQ6Q", number, architecture, 0, first, *[0] * 5)
    steps, at, a = list(struct.iter_unpack("=HBBI", program or seccomp.program(machine))), 0, 0
    while True:
        code, yes, no, k = steps[at]
        at += 1
        if code == 0x06:
            assert k == 0x7FFF0000 or k >> 16 == 5
            return 0 if k == 0x7FFF0000 else k & 0xFFFF
        if code == 0x20:
            (a,) = struct.unpack_from("<I", data, k)
        else:
            at += yes if {0x15: a == k, 0x35: a >= k, 0x45: bool(a & k)}[code] else no


HEADERS = {
    "x86_64": ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"),
    "aarch64": ("/usr/include/asm-generic/unistd.h",),
}


@pytest.mark.parametrize("machine", HEADERS)
def test_numbers_are_those_of_the_kernel(machine):
    header = next(filter(os.path.exists, HEADERS[machine]), None)
    if header is None:
        pytest.skip("the kernel's headers are not installed: apt-get install linux-libc-dev")
    known = dict(re.findall(r"#define __NR_(\w+)\s+(\d+)", Path(header).read_text()))
    assert {name: int(known[name]) for name in EXPECTED} == seccomp.CALLS[machine]
    refused = {outcome(machine, int(n)): n for name, n in known.items() if name not in EXPECTED}
    assert set(refused) == {ALLOWED}


@pytest.mark.parametrize("machine", seccomp.CALLS)
def test_the_filter_refuses_what_it_should(machine):
    calls, user = seccomp.CALLS[machine], 0x10000000
    flags = dict(clone=user | 0x11, unshare=user | 0x20000, socket=40, socketpair=38)  # AF_VSOCK, AF_ALG
    assert {name: outcome(machine, n, flags.get(name, 0)) for name, n in calls.items()} == EXPECTED
    assert outcome(machine, calls["unshare"], user | 2**63) == errno.EPERM  # half of it is no argument
    for name, first in dict(clone=0x3D0F00, unshare=0x20000).items():  # a thread, a mount namespace
        assert outcome(machine, calls[name], first) == ALLOWED
    assert [f for f in range(64) if outcome(machine, calls["socket"], f) == ALLOWED] == [1, 2, 10, 16]
    assert outcome(machine, calls["socket"], 2**32 + 40) == errno.EAFNOSUPPORT  # the kernel sees 40


@pytest.mark.parametrize("machine, other", [("x86_64", 0x40000003), ("aarch64", 0x40000028)])
def test_calls_of_32_bit_programs_are_refused(machine, other):
    """They have other numbers: whoever made them would go round the filter."""
    for number in (0, 1, 20, 26, 359):
        assert outcome(machine, number, architecture=other) == errno.ENOSYS
    if machine == "x86_64":
        assert outcome(machine, 0x40000000 | 101) == errno.ENOSYS


def test_a_machine_that_is_not_known_has_no_filter():
    assert seccomp.program("riscv64") == b""


# ------------------------------------------------------------------------------------------------------------
#                                              In a kernel of Linux
# ------------------------------------------------------------------------------------------------------------

ATTEMPTS = """
import ctypes, json, mmap, os, sys
libc = ctypes.CDLL(None, use_errno=True)
calls = json.loads(sys.argv[1])
text = ctypes.create_string_buffer(b"labkit", 256)
piece = (ctypes.c_uint64 * 2)(ctypes.addressof(text), 6)
def numbers(*values):
    return (ctypes.c_uint32 * 64)(*values)
def call(name, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(calls[name]), *map(wide, arguments))
    if name == "clone" and result == 0:
        os._exit(0)  # the new process
    return ctypes.get_errno() if result == -1 else 0
def wide(value):
    return ctypes.c_long(value) if isinstance(value, int) else value
def int80():
    page = mmap.mmap(-1, 4096, prot=7)
    page.write(b"\\xb8\\x14\\0\\0\\0\\xcd\\x80\\xc3")  # getpid() of a 32-bit program
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return max(0, -ctypes.CFUNCTYPE(ctypes.c_int)(address)())
event = numbers(1, 112, 9, *[0] * 7, 0x60)  # a software event of this process, in user mode
attempts = dict(
    keyctl=lambda: call("keyctl", 0, -2, 1),  # the number of a keyring
    add_key=lambda: call("add_key", b"user", b"labkit-test", text, 6, -2),
    request_key=lambda: call("request_key", b"user", b"labkit-none", None, 0),
    ptrace=lambda: call("ptrace", 0, 0, 0, 0),
    process_vm_readv=lambda: call("process_vm_readv", os.getpid(), piece, 1, piece, 1, 0),
    process_vm_writev=lambda: call("process_vm_writev", os.getpid(), piece, 1, piece, 1, 0),
    kcmp=lambda: call("kcmp", os.getpid(), os.getpid(), 0, 0, 0),
    pidfd_getfd=lambda: call("pidfd_getfd", os.pidfd_open(os.getpid()), 0, 0),
    userfaultfd=lambda: call("userfaultfd", 1),
    io_uring_setup=lambda: call("io_uring_setup", 1, numbers()),
    io_uring_enter=lambda: call("io_uring_enter", 999, 0, 0, 0, None, 0),
    io_uring_register=lambda: call("io_uring_register", 999, 0, None, 0),
    perf_event_open=lambda: call("perf_event_open", event, 0, -1, -1, 0),
    bpf=lambda: call("bpf", 0, numbers(2, 4, 4, 1), 48),
    setns=lambda: call("setns", -1, 0),
    unshare=lambda: call("unshare", 0x10000000),
    clone=lambda: call("clone", 0x10000000 | 17, 0, 0, 0, 0),
    clone3=lambda: call("clone3", None, 0),
    socket=lambda: call("socket", 40, 1, 0),
    socketpair=lambda: call("socketpair", 40, 1, 0, numbers()),
    int80=int80,
    inet=lambda: call("socket", 2, 1, 0),
    unix=lambda: call("socketpair", 1, 1, 0, numbers()),
    thread=lambda: call("unshare", 0),
)
found = {}
for name, attempt in attempts.items():
    child = os.fork()
    if child == 0:
        os._exit(attempt())
    found[name] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(json.dumps(found))
"""
# The error of an unfiltered call for invalid arguments
OF_USE = {
    "request_key": 126, "io_uring_enter": errno.EBADF, "io_uring_register": errno.EBADF, "setns": errno.EBADF,
    "clone3": errno.EINVAL, "socketpair": errno.EOPNOTSUPP,
}  # fmt: skip


def attempts(filtered: bool) -> dict[str, int]:
    """The error of each call, 0 for none, made with all rights that the tests have."""
    rights = ["--cap-add", "ALL"] if os.geteuid() == 0 else []
    with handed_down(call_filter() if filtered else b"") as fds:
        options = ["--seccomp", str(fds[0])] if filtered else []
        command = ["bwrap", "--dev-bind", "/", "/", *rights, *options, sys.executable, "-c", ATTEMPTS]
        command += [json.dumps(seccomp.CALLS[MACHINE])]
        result = subprocess.run(command, capture_output=True, text=True, pass_fds=fds)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def tried(sandboxed) -> tuple[dict[str, int], dict[str, int]]:
    """Without a filter, and with it."""
    if not call_filter():
        pytest.skip("no seccomp here")
    return attempts(False), attempts(True)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_call_is_refused_by_the_filter_and_by_nothing_else(tried, name):
    without, with_it = tried
    assert with_it[name] == EXPECTED[name]
    if without[name] != OF_USE.get(name, 0):
        pytest.skip(f"this machine refuses it anyway ({os.strerror(without[name])})")


def test_most_calls_could_be_tried(tried):
    """As root on a kernel of a distribution, all of them."""
    without, _ = tried
    able = {name for name in EXPECTED if without[name] == OF_USE.get(name, 0)}
    assert {"keyctl", "add_key", "request_key", "ptrace", "setns", "clone3", "process_vm_readv"} <= able


def test_a_32_bit_call_is_refused(tried):
    without, with_it = tried
    if MACHINE != "x86_64" or without["int80"]:
        pytest.skip("this machine runs no 32-bit programs")
    assert with_it["int80"] == errno.ENOSYS


def test_other_calls_go_through(tried):
    without, with_it = tried
    for name in ("inet", "unix", "thread"):
        assert without[name] == with_it[name] == ALLOWED


# ------------------------------------------------------------------------------------------------------------
#                                             In a kernel of Jupyter
# ------------------------------------------------------------------------------------------------------------

HONEST = """
import subprocess, threading, torch
from concurrent.futures import ProcessPoolExecutor
thread = threading.Thread(target=print, args=["thread"])
thread.start(); thread.join()
print(subprocess.run(["echo", "process"], capture_output=True, text=True).stdout, end="")
with ProcessPoolExecutor(2) as pool:
    print(list(pool.map(abs, [-1])))
data = torch.utils.data.DataLoader(torch.arange(4), num_workers=2)
print(sum(data).item())
print(open("/proc/self/status").read().partition("Seccomp:")[2].split()[0])
try:
    open("/proc/keys").read()
except OSError as error:
    print(type(error).__name__)
"""


@pytest.mark.slow
def test_honest_code_notices_nothing(tried):
    run = Run(HONEST, ANSWER)
    assert run.errors() == [] and run.points == 10
    assert run.printed().split("\n")[:5] == ["thread", "process", "[1]", "6", "2"]
    assert "PermissionError" in run.printed()


@pytest.mark.slow
@pytest.mark.usefixtures("sandboxed")
@pytest.mark.parametrize("program", [b"", b"no program of BPF here!!"])
def test_without_seccomp_limits_are_weaker_and_it_says_so(program, monkeypatch, capsys):
    monkeypatch.setattr(seccomp, "program", lambda: program)
    call_filter.cache_clear()
    try:
        Sandbox().check()
        said = capsys.readouterr().err
        assert said.startswith("weaker limits: ") and said.count("\n") == 1
        assert Run(answer=ANSWER).points == 10
    finally:
        call_filter.cache_clear()


def test_a_filter_is_not_given_up_because_bubblewrap_fails(tmp_path, monkeypatch):
    """For want of memory, say: then nothing is to start, and not something unfiltered."""
    (tmp_path / "bwrap").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    call_filter.cache_clear()
    try:
        assert call_filter() == seccomp.program()
    finally:
        call_filter.cache_clear()


KEYS = """
import ctypes
libc, number, found = ctypes.CDLL(None), NUMBERS, ctypes.create_string_buffer(64)
def read(name):
    key = libc.syscall(number["keyctl"], 10, -3, b"user", name, 0)  # search the session's keyring
    length = libc.syscall(number["keyctl"], 11, key, found, 64)
    print(name.decode(), found.raw[:length] if key > 0 else None)
read(b"labkit-grader")
read(b"labkit-message")
libc.syscall(number["add_key"], b"user", b"labkit-message", b"psst", 4, -3)
read(b"labkit-message")
"""


def read_by_two_kernels() -> list[list[str]]:
    """What two kernels read that start in turn, where the grader's session has a key."""
    libc, calls = ctypes.CDLL(None), seccomp.CALLS[MACHINE]

    def grade() -> list[list[str]]:
        libc.syscall(calls["keyctl"], 1, None)  # so that this test leaves nothing behind
        assert libc.syscall(calls["add_key"], b"user", b"labkit-grader", b"secret", 6, -3) > 0
        return [Run(KEYS.replace("NUMBERS", repr(calls))).printed().splitlines() for _ in range(2)]

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(grade).result()


@pytest.mark.slow
def test_each_kernel_has_a_keyring_of_its_own(tried, monkeypatch):
    """Even where no filter keeps it from asking."""
    without, _ = tried
    if without["keyctl"]:
        pytest.skip("no keyrings here")
    monkeypatch.setattr(Sandbox, "call_filter", lambda self: b"")
    nothing = ["labkit-grader None", "labkit-message None", "labkit-message b'psst'"]
    assert read_by_two_kernels() == [nothing, nothing]
    monkeypatch.setattr(seccomp, "own_keyring", lambda: None)  # it could be read
    first, second = read_by_two_kernels()
    assert first == ["labkit-grader b'secret'", *nothing[1:]]
    assert second == ["labkit-grader b'secret'", "labkit-message b'psst'", "labkit-message b'psst'"]
