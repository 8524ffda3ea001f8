"""bfloat16 where it is fast, float32 where nobody knows; and no other private name of PyTorch."""

import ast
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from labkit import cli
from labkit.device import autocast, full_precision

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def no_onednn(monkeypatch):
    """As PyTorch is built for Apple silicon."""
    monkeypatch.setattr(torch.ops, "mkldnn", SimpleNamespace())


def test_without_onednn_everything_is_float32(no_onednn):
    with autocast("cpu"):
        assert (torch.ones(2, 3) @ torch.ones(3, 2)).dtype == torch.float32


def test_commands_run_without_onednn(no_onednn, lab):
    """The two that compute in bfloat16 elsewhere."""
    few = ["--batches", "1", "--batch-size", "20", "--steps", "2"]
    assert cli.main(["evaluate", "--reference", "--network", "adaln", *few]) == 0
    assert cli.main(["train", "adaln", "--reference", "--steps", "1", "--out", "runs"]) == 0
    assert Path("runs/adaln/adaln.safetensors").is_file()


def test_full_precision_inside_of_autocast():
    with torch.autocast("cpu", torch.bfloat16):
        assert (torch.ones(2, 3) @ torch.ones(3, 2)).dtype == torch.bfloat16
        with full_precision("cpu"):
            assert (torch.ones(2, 3) @ torch.ones(3, 2)).dtype == torch.float32


@pytest.mark.parametrize("context", [autocast, full_precision])
def test_apples_gpu_would_compute_in_float32(context):
    """Nothing of labkit runs there; the context can be entered on any machine, and does nothing."""
    with context("mps"):
        assert not torch.is_autocast_enabled("mps")


def private_names_of_torch(source: str) -> set[str]:
    """torch._C, `import torch._dynamo`, `from torch._x import y`, and by other names: nn._reduction."""
    tree, found = ast.parse(source), set()
    torchs = {"torch"}  # names of torch and of what is in it
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            of = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                path = f"{of}.{alias.name}".strip(".").split(".")
                if path[0] == "torch":
                    torchs.add(alias.asname or (alias.name if of else "torch"))
                    found |= {name for name in path if private(name)}
    for node in ast.walk(tree):
        named = isinstance(node, ast.Attribute) and private(node.attr)
        if named and ast.unparse(node).split(".")[0] in torchs:
            found.add(node.attr)
    return found


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


@pytest.mark.parametrize(
    "source, found",
    [
        ("import torch\ntorch._C.f()", {"_C"}),
        ("import torch._dynamo", {"_dynamo"}),
        ("import torch._dynamo as dynamo", {"_dynamo"}),
        ("from torch._inductor import config", {"_inductor"}),
        ("from torch.nn import functional as F\nF._softmax()", {"_softmax"}),
        ("from torch import nn\nnn.Linear(1, 1)\nself._mine\nroma._x\ntorch.__version__", set()),
    ],
)
def test_private_names_are_found(source, found):
    assert private_names_of_torch(source) == found


@pytest.mark.slow
def test_no_private_name_of_torch_is_taken_for_granted():
    found = set()
    for folder in ("labkit", "labkit_data", "grading", "benchmarks", "tools", "solutions", "data", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            found |= {(path.name, name) for name in private_names_of_torch(path.read_text("utf-8"))}
    assert found == {("device.py", "_is_mkldnn_bf16_supported")}
