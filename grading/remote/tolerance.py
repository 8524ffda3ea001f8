"""A kernel that accepts what ran elsewhere: Colab's modules, packages, magics, files and GPUs.

A statement that fails costs no other one: the rest of its cell runs. Where the reason is something that is
not on this machine, a note takes the place of the traceback.
"""

import ast
import copy
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
# Functions of torch.cuda and torch.mps that compute nothing, and fail without a GPU
WAITS = ("synchronize", "empty_cache", "ipc_collect", "reset_peak_memory_stats", "set_device")
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


class Generator(torch.Generator):
    """A generator on the CPU, whatever device it is asked for."""

    def __new__(cls, device: object = "cpu") -> "Generator":
        return super().__new__(cls, available(device))  # pyright: ignore[reportCallIssue] - it takes one


_modes: list[OnCpu] = []


def use_cpu() -> None:
    """Use the CPU from now on. Not before a GPU is asked for: the mode costs time at each call."""
    if not _modes:
        _modes.append(OnCpu())
        _modes[0].__enter__()
        for module in (torch.cuda, torch.mps):
            for name in WAITS:
                setattr(module, name, lambda *arguments, **keywords: None)
        setattr(torch, "Generator", Generator)  # noqa: B010 - a class, to the type checker


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


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class SingleImports(ast.NodeTransformer):
    """One import a statement, so that a missing package does not hide those beside it.

    definitions: functions and classes of the last cell, by name and first line.
    """

    def __init__(self):
        self.definitions: dict[tuple[str, int], Definition] = {}

    def visit_Module(self, node: ast.Module) -> ast.Module:
        given = [statement for statement in node.body if isinstance(statement, Definition)]
        self.definitions = {(d.name, min(part.lineno for part in (d, *d.decorator_list))): d for d in given}
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


def names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


class Undecorated(ast.NodeTransformer):
    """A definition without type hints, and without the decorators that use one of these names."""

    def __init__(self, names: set[str]):
        self.names = names

    def generic_visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, Definition):
            node.decorator_list = [d for d in node.decorator_list if not self.names & names(d)]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
        return super().generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return node


class TolerantShell(ZMQInteractiveShell):
    """Goes on after statements that fail since something is not installed on this machine."""

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.missing: set[str] = set()  # names that skipped statements would have bound
        self.statement: CodeType | None = None
        self.failed: BaseException | None = None
        self.single_imports = SingleImports()
        self.ast_transformers.append(self.single_imports)
        for name in INSTALLERS:
            self.register_magic_function(lambda line: print(NOTE, "an installation"), "line", name)
        for name in ("time", "prun"):  # IPython's own run their cell as one statement
            self.register_magic_function(self.run_below, "cell", name)

    def run_below(self, line: str, cell: str) -> None:
        """A cell magic that runs its cell as if it was not there."""
        self.run_cell(cell)

    def run_cell_magic(self, magic_name, line, cell):
        """Of an extension that is not here, its cell is run, if it is Python."""
        if self.find_cell_magic(magic_name) or not is_python(self.transform_cell(cell)):
            return super().run_cell_magic(magic_name, line, cell)
        print(NOTE, f"the cell magic %%{magic_name}, which is not here")
        return self.run_below(line, cell)

    async def run_code(self, code_obj, result=None, *, async_=False):
        failed, stopped = await self.attempt(code_obj, result, async_)
        if failed and wants_gpu(failed) and not _modes:
            use_cpu()
            failed, stopped = await self.attempt(code_obj, result, async_)
        missing = isinstance(failed, NameError) and failed.name in self.missing
        if missing and (shortened := self.shortened(code_obj)):
            print(NOTE, f"type hints and decorators ({failed})")
            failed, stopped = await self.attempt(shortened, result, async_)
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
        if result is not None:
            result.error_in_exec = None
        stopped = await super().run_code(code, result, async_=async_)
        failed, self.failed = self.failed, None
        if result is not None and isinstance(result.error_in_exec, Exception):
            failed = failed or result.error_in_exec  # shown by a handler of the learner's own
        return failed, stopped

    def shortened(self, code: CodeType) -> CodeType | None:
        """The same definition without type hints, and without decorators of packages that are not here."""
        inner = [c for c in code.co_consts if isinstance(c, CodeType)]
        found = [self.single_imports.definitions.get((c.co_name, c.co_firstlineno)) for c in inner]
        definition = next(filter(None, found), None)
        if definition is None:
            return None
        module = ast.Module([Undecorated(self.missing).visit(copy.deepcopy(definition))], [])
        return self.compile(ast.fix_missing_locations(module), code.co_filename, "exec")

    def showtraceback(self, *arguments, **keywords):
        error, running = sys.exc_info()[1], "running_compiled_code" in keywords
        excusable = self.excusable(error)
        if excusable or (running and isinstance(error, Exception)):
            self.failed = error
        if not excusable:
            super().showtraceback(*arguments, **keywords)

    def excusable(self, error: BaseException | None) -> bool:
        """Whether this machine is the reason for the error."""
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


def is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


class TolerantKernel(IPythonKernel):
    shell_class = Type(TolerantShell)

    def do_shutdown(self, restart):
        """The grader never asks for it: a learner's code does, to have Python started again."""
        print(NOTE, "the end of Python")
        return dict(status="ok", restart=restart)


def prepare() -> None:
    """Set up what is tolerated, before a learner's code runs."""
    sys.meta_path.append(Colab())
    if not torch.cuda.is_available():
        set_default_device = torch.set_default_device
        torch.set_default_device = lambda device: set_default_device(available(device))
