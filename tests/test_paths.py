import os
import shutil
from pathlib import Path

import pytest

from labkit.paths import LabError, alone, atomic_write, check_writable, data_dir, existing_file


def test_a_finished_file_takes_its_place(tmp_path):
    path = tmp_path / "new" / "folder" / "a.npz"
    with atomic_write(path) as temporary:
        assert temporary.parent == path.parent and temporary.suffix == ".npz"
        assert not path.exists()
        temporary.write_text("whole")
    assert path.read_text() == "whole"
    assert [p.name for p in path.parent.iterdir()] == ["a.npz"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), atomic_write(path) as temporary:
        temporary.write_text("half")
        _ = 1 / 0
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_failure_leaves_no_new_file(tmp_path):
    with pytest.raises(KeyboardInterrupt), atomic_write(tmp_path / "a.txt") as temporary:
        temporary.write_text("half")
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_others_may_read_the_file_as_the_umask_says(tmp_path):
    old = os.umask(0o027)
    try:
        with atomic_write(tmp_path / "a.txt") as temporary:
            temporary.write_text("x")
    finally:
        os.umask(old)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o640


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(LabError, match="cannot write .*file/a.txt"),
        atomic_write(tmp_path / "file" / "a.txt"),
    ):
        pass


def test_a_file_that_is_a_folder(tmp_path):
    (tmp_path / "a.mp4").mkdir()
    with pytest.raises(LabError, match="cannot write .*a.mp4"), atomic_write(tmp_path / "a.mp4"):
        pass
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


def test_a_full_disk(tmp_path):
    with pytest.raises(LabError, match="cannot write .*No space left"), atomic_write(tmp_path / "a.txt"):
        raise OSError(28, "No space left on device")
    assert not list(tmp_path.iterdir())


def test_another_file_that_cannot_be_read_is_named(tmp_path):
    with (
        pytest.raises(LabError, match="cannot write .*a.txt: .*missing: No such file"),
        atomic_write(tmp_path / "a.txt"),
    ):
        (tmp_path / "missing").read_bytes()
    assert not list(tmp_path.iterdir())


def test_existing_file(tmp_path, monkeypatch):
    (tmp_path / "a").write_text("x")
    assert existing_file(tmp_path / "a", "thing") == tmp_path / "a"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert existing_file("~/a", "thing") == tmp_path / "a"
    for missing in (tmp_path / "b", tmp_path):
        with pytest.raises(LabError, match="thing not found: "):
            existing_file(missing, "thing")


def test_data_dir(tmp_path, monkeypatch):
    monkeypatch.delenv("LABKIT_DATA", raising=False)
    assert (data_dir() / "body" / "open_body.npz").is_file()
    monkeypatch.setenv("LABKIT_DATA", str(tmp_path))
    with pytest.raises(LabError, match="LABKIT_DATA"):
        data_dir()
    (tmp_path / "body").mkdir()
    assert data_dir() == tmp_path


def test_check_writable_leaves_no_trace_and_keeps_what_is_there(tmp_path):
    kept = tmp_path / "kept.txt"
    kept.write_text("old")
    check_writable(kept)
    check_writable(tmp_path / "new.txt")
    assert [p.name for p in tmp_path.iterdir()] == ["kept.txt"] and kept.read_text() == "old"
    with pytest.raises(LabError, match="cannot write"):
        check_writable(kept / "below.txt")


def test_a_file_that_is_open_cannot_be_removed_everywhere(tmp_path, monkeypatch):
    """On Windows not; what was done in the folder is not lost by that."""

    def refused(*_, **__):
        raise PermissionError(13, "used by another process")

    monkeypatch.setattr(Path, "unlink", refused)
    for _ in range(2):  # and the folder is free again
        with alone(tmp_path / "a"):
            pass


def test_a_folder_for_one_process_at_a_time(tmp_path, held):
    folder = tmp_path / "new" / "folder"
    line = f"another process is at work in {folder}: wait for its end, or name another place with --out"
    with held(folder):
        for _ in range(2):  # being refused takes nothing from the one who is there
            with pytest.raises(LabError) as error, alone(folder):
                pass
            assert str(error.value) == line
    with pytest.raises(ZeroDivisionError), alone(folder):  # the other one was killed, and is not missed
        (folder / "a").write_text("kept")
        raise ZeroDivisionError
    assert [p.name for p in folder.iterdir()] == ["a"]
    with alone(folder):
        shutil.rmtree(folder)
    assert not folder.exists()
    (tmp_path / "file").write_text("x")
    with pytest.raises(LabError, match="cannot write .*file/x"), alone(tmp_path / "file" / "x"):
        pass
