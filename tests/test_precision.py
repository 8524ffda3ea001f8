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


def test_no_private_name_of_torch_is_taken_for_granted():
    found = set()
    for folder in ("labkit", "labkit_data", "grading", "benchmarks", "tools", "solutions", "data", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Attribute):
                    names = ast.unparse(node).split(".")
                elif isinstance(node, ast.ImportFrom) and node.module:
                    names = [*node.module.split("."), *(alias.name for alias in node.names)]
                else:
                    continue
                private = [n for n in names if n.startswith("_") and not n.startswith("__")]
                if names[0] == "torch" and private:
                    found.add((path.name, private[0]))
    assert found == {("device.py", "_is_mkldnn_bf16_supported")}
