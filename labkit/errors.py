"""LabError, the error a user sees, and the detection of a user's file that hides (shadows) a module.

Such a file can break any import, so this module imports only parts of the standard library.
"""

import importlib
import os
import sys
from types import ModuleType


class LabError(Exception):
    """An error that the user can resolve. The message is one line: the cause, then the next step."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the line, without the traceback."""
        return [f"LabError: {self}"]


def hiding_file(name: str) -> str:
    """The file beside the notebook or script that Python takes for the module `name`; empty without one."""
    found = []  # (folder on Python's path, file), in the order in which Python looks
    for folder in map(os.path.abspath, sys.path):
        for file in (os.path.join(folder, name, "__init__.py"), os.path.join(folder, f"{name}.py")):
            if os.path.isfile(file) and folder not in dict(found):
                found.append((folder, file))
    beside = {os.getcwd(), os.path.abspath(sys.path[0])} - {os.path.dirname(os.__file__)}
    if found and found[0][0] in beside and (len(found) > 1 or name in sys.stdlib_module_names):
        return found[0][1]
    return ""


def require_unhidden(name: str) -> None:
    """Raises LabError where a file beside the notebook or script stands in for the module `name`."""
    if name != "labkit" and (file := hiding_file(name)):
        raise LabError(f"{file} hides the module {name!r}: rename that file, then restart Python")


def explain(error: BaseException) -> None:
    """Raises LabError where what could not be imported is hidden by a file; else does nothing."""
    if isinstance(error, ImportError) and error.name:
        require_unhidden(error.name.partition(".")[0])
    if isinstance(error, AttributeError) and isinstance(error.obj, ModuleType):
        require_unhidden(error.obj.__name__)
    files = [error.filename] if isinstance(error, SyntaxError) else []
    step = error.__traceback__
    while step:
        files.append(step.tb_frame.f_code.co_filename)
        step = step.tb_next
    for file in filter(None, files):
        folder, base = os.path.split(file)
        name = os.path.basename(folder) if base == "__init__.py" else base.removesuffix(".py")
        if hiding_file(name) == os.path.abspath(file):
            require_unhidden(name)
    for cause in (error.__cause__, error.__context__):
        if cause:
            explain(cause)


def reader_left() -> int:
    """Drop the rest of the output of a command whose reader has ended, as in ``... | head`` → its status."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 141  # as after SIGPIPE


def start(package: str) -> None:
    """What ``python -m package`` does: ``main`` of its ``cli``, then the end with the status it gives."""
    try:
        status = importlib.import_module(f"{package}.cli").main()
    except Exception as error:
        try:
            explain(error)
        except LabError as line:
            sys.exit(f"{package}: {line}")
        raise
    sys.exit(status)
