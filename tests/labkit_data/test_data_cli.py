"""``python -m labkit_data``: its help, and its errors for invalid arguments."""

import pytest

from labkit_data.cli import FETCHED, PREPARED, main
from labkit_data.fetch import BASE_URLS
from labkit_data.pipeline import SOURCES

NONSENSE = {
    "prepare none --source bandai": "no such folder: none",
    "prepare . --source bandai": "no bandai clips in .",
    "prepare . --source bandai --out file/x.npz": "cannot write file/x.npz",
    "prepare . --source nobody": "invalid choice: 'nobody'",
    "prepare . --source bandai --workers 0": "'0' is not a number of 1 to 256",
    "prepare --source bandai": "required: path",
    "fetch --source accad": "invalid choice: 'accad'",
    "": "required: COMMAND",
}


@pytest.mark.parametrize("command", NONSENSE)
def test_nonsense_is_one_line_that_names_the_cause(monkeypatch, tmp_path, capsys, command):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    try:
        status = main(command.split())
    except SystemExit as stop:  # argparse's way
        status = stop.code
    said = capsys.readouterr()
    assert status in (1, 2) and said.err.count("\n") == 1 and said.out == ""
    assert said.err.startswith("labkit") and NONSENSE[command] in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("command", ["", "fetch", "prepare"])
def test_help(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([*command.split(), "--help"])
    assert stop.value.code == 0
    assert f"usage: python -m labkit_data {command}".strip() in capsys.readouterr().out


def test_every_source_is_a_command():
    """Said twice, so that the command need not import torch to know."""
    assert PREPARED == SOURCES and set(FETCHED) == set(BASE_URLS)
