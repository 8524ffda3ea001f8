"""A kernel that accepts what ran elsewhere: Colab's modules, packages, magics, files and GPUs.

A statement that fails costs no other one: the rest of its cell runs. Where the reason is something that is
not on this machine, a note takes the place of the traceback.
"""

import ast
import re
import sys
from collections.abc import Callable
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType

import torch
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import UsageError
from torch import Tensor
from torch.overrides import TorchFunctionMode
from traitlets import Type

NOTE = "Skipped while grading:"
GPU = re.compile(r"(cuda|mps|xpu)(:\d+)?")
NO_GPU = re.compile(r"cuda|nvidia|\bmps\b|accelerator|no GPU", re.IGNORECASE)
INSTALL = re.compile(r"\s*(sudo\s+)?((python3?\s+-m\s+|uv\s+)?pip3?|conda|mamba|apt(-get)?|npm)\s")
INSTALLERS = ("pip", "conda", "mamba", "micromamba", "uv")
ELSEWHERE = (ImportError, UsageError, FileNotFoundError, NotADirectoryError, PermissionError)


# ------------------------------------------------------------------------------------------------------------
#                                                     Colab
# ------------------------------------------------------------------------------------------------------------


class Nothing:
    """An object of google.colab: all its attributes can be called, with an empty result."""

    def __getattr__(self, name: str) -> "Nothing":
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *arguments, **keywords) -> dict:
        return {}


class Colab(MetaPathFinder, Loader):
    """Finds google.colab, and google where no other package provides it."""

    def find_spec(self, name, path=None, target=None):
        if name == "google" or (name + ".").startswith("google.colab."):
            return ModuleSpec(name, self, is_package=True)
        return None

    def exec_module(self, module):
        if module.__name__ != "google":
            module.__getattr__ = Nothing().__getattr__


# ------------------------------------------------------------------------------------------------------------
#                                                      GPUs
# ------------------------------------------------------------------------------------------------------------


def available(device: object) -> object:
    """The CPU in place of a GPU; any other value as it is."""
    if isinstance(device, torch.device) and GPU.fullmatch(str(device)):
        return torch.device("cpu")
    return "cpu" if isinstance(device, str) and GPU.fullmatch(device) else device


class OnCpu(TorchFunctionMode):
    """All of torch's functions compute on the CPU, whatever device they are given."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function is Tensor.cuda:
            return args[0].cpu()
        if function is Tensor.to:
            args = tuple("cpu" if type(a) is int else a for a in args)
        return function(*map(available, args), **{k: available(v) for k, v in (kwargs or {}).items()})


_modes: list[OnCpu] = []


def use_cpu() -> None:
    """From now on. Not before a GPU is asked for: the mode costs time at each call of a function."""
    if not _modes:
        _modes.append(OnCpu())
        _modes[0].__enter__()


def wants_gpu(error: BaseException | None) -> bool:
    """Did this fail since there is no GPU?"""
    return isinstance(error, Exception) and not torch.cuda.is_available() and bool(NO_GPU.search(str(error)))


def on_any_device(function: Callable, *arguments, **keywords) -> object:
    """Call a function, and once more on the CPU where it asks for a GPU that is not here."""
    try:
        return function(*arguments, **keywords)
    except Exception as error:
        if _modes or not wants_gpu(error):
            raise
    use_cpu()
    return function(*arguments, **keywords)


# ------------------------------------------------------------------------------------------------------------
#                                                   The kernel
# ------------------------------------------------------------------------------------------------------------


class SingleImports(ast.NodeTransformer):
    """One import a statement, so that a missing package does not hide those beside it."""

    def visit_Module(self, node: ast.Module) -> ast.Module:
        body = []
        for statement in node.body:
            if isinstance(statement, ast.Import):
                parts = [ast.Import([alias]) for alias in statement.names]
            elif isinstance(statement, ast.ImportFrom):
                parts = [
                    ast.ImportFrom(statement.module, [alias], statement.level) for alias in statement.names
                ]
            else:
                parts = [statement]
            body += [ast.copy_location(part, statement) for part in parts]
        node.body = body
        return node


class TolerantShell(ZMQInteractiveShell):
    """Goes on after statements that fail since something is not installed on this machine."""

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.missing: set[str] = set()  # names that skipped statements would have bound
        self.statement: CodeType | None = None
        self.failed: BaseException | None = None
        self.ast_transformers.append(SingleImports())
        for name in INSTALLERS:
            self.register_magic_function(lambda line: print(NOTE, "an installation"), "line", name)
        # IPython's own %%time runs its cell as one statement
        self.register_magic_function(lambda line, cell: self.run_cell(cell) and None, "cell", "time")

    async def run_code(self, code_obj, result=None, *, async_=False):
        failed, stopped = await self.attempt(code_obj, result, async_)
        if failed and wants_gpu(failed) and not _modes:
            use_cpu()
            failed, stopped = await self.attempt(code_obj, result, async_)
        if not failed:
            return stopped
        if self.excusable(failed):
            self.missing |= set(code_obj.co_names) - set(self.user_ns)
            print(NOTE, f"{type(failed).__name__}: {failed}"[:1000])
        if result is not None:
            result.error_in_exec = None
        return False

    async def attempt(self, code, result, async_: bool) -> tuple[BaseException | None, bool]:
        """What a statement raised that does not stop its cell, and whether another reason does."""
        self.statement, self.failed = code, None
        stopped = await super().run_code(code, result, async_=async_)
        failed, self.failed = self.failed, None
        return failed, stopped

    def showtraceback(self, *arguments, **keywords):
        error, running = sys.exc_info()[1], "running_compiled_code" in keywords
        excusable = self.excusable(error)
        if excusable or (running and isinstance(error, Exception)):
            self.failed = error
        if not excusable:
            super().showtraceback(*arguments, **keywords)

    def excusable(self, error: BaseException | None) -> bool:
        """Is the machine the reason?"""
        names = self.statement.co_names if self.statement else ()
        if isinstance(error, ELSEWHERE) or wants_gpu(error):
            return True
        if "cuda" in names and not torch.cuda.is_available():  # it asks whether there is a GPU, and ends
            return isinstance(error, Exception | SystemExit)
        if isinstance(error, NameError):
            return error.name in self.missing
        return isinstance(error, Exception) and "run_line_magic" in names

    def ask_exit(self):
        print(NOTE, "the end of Python")

    def system(self, cmd):
        if INSTALL.match(cmd):
            print(NOTE, "an installation")
        else:
            self.system_piped(cmd)


class TolerantKernel(IPythonKernel):
    shell_class = Type(TolerantShell)


def prepare() -> None:
    """Before a learner's code runs."""
    sys.meta_path.append(Colab())
    if not torch.cuda.is_available():
        set_default_device = torch.set_default_device
        torch.set_default_device = lambda device: set_default_device(available(device))
