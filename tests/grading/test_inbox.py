"""Zip files, links, pipes: everything is named, nothing leads outside, nothing fills the memory."""

import io
import json
import os
import stat
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.intake import inbox as inbox_module
from grading.intake.collect import collect, search
from grading.intake.inbox import Inbox
from grading.intake.strip import Refused, without_outputs
from labkit.paths import LabError


def packed(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), content, method)
    return data.getvalue()


def problems(folder) -> dict[str, str]:
    return {inbox_module.shown(entry.parts): entry.problem for entry in Inbox(folder).entries()}


@pytest.mark.parametrize(
    "files, students",
    [
        ({"all.zip": ["jane/01.ipynb", "max/01.ipynb"]}, ["jane", "max"]),
        ({"all.zip": ["doejane_4711_9_x.ipynb", "roemax_12_8_x.ipynb"]}, ["doejane_4711", "roemax_12"]),
        ({"all.zip": ["doejane_4711_9_x.ipynb"]}, ["doejane_4711"]),
        ({"all.zip": ["Jane Doe_1_assignsubmission_file_/x.ipynb"]}, ["Jane_Doe"]),
        ({"doejane_LATE_4711_9_my.zip": ["x.ipynb", "lab/y.ipynb"]}, ["doejane_4711"] * 2),
        ({"Jane Doe_1_assignsubmission_file_my.zip": ["x.ipynb"]}, ["Jane_Doe"]),
        ({"jane.zip": ["x.ipynb"], "max.ZIP": ["lab/x.ipynb"]}, ["jane", "max"]),
        ({"jane.zip": ["lab/x.ipynb"]}, ["jane"]),
        ({"jane/work.zip": ["a/x.ipynb", "b/y.ipynb"]}, ["jane"] * 2),
        ({"jane.zip": ["Max Roe_1_assignsubmission_file_x.ipynb"], "max/x.ipynb": []}, ["jane", "max"]),
    ],
)
def test_whose_a_file_in_a_zip_file_is(files, students, inbox):
    for name, inside in files.items():
        folder = inbox(name, packed(*((path, b"{}") for path in inside)) if inside else b"{}")
    given = folder / "all.zip" if "all.zip" in files else folder  # a download is named itself
    assert [found.student for found in search(given)] == students


@pytest.mark.parametrize(
    "inside",
    [
        ["jane/01.ipynb", "max/01.ipynb"],
        ["doejane_4711_9_x.ipynb"],
        ["Jane Doe_1_assignsubmission_file_/x.ipynb", "Max Roe_2_assignsubmission_file_/x.ipynb"],
        ["submission_9/x.ipynb", "submission_metadata.yml"],
    ],
)
def test_a_lone_zip_file_is_not_believed_who_is_in_it(inside, course, inbox, student):
    """It may be one student's, who names others in it: the instructor must say what it is."""
    folder = inbox("evil.zip", packed(*((path, student().bytes()) for path in inside)))
    with pytest.raises(LabError, match="evil.zip looks like the work of several people"):
        collect(course, folder)
    assert course.submissions() == []
    inbox("max/x.ipynb", student().bytes())  # beside others it is one student's, or nobody's
    assert {line.student for line in collect(course, folder) if line.taken} <= {"evil", "max"}


def test_a_repository_with_its_template_in_a_zip_file(course, inbox, student):
    mine = student()
    mine.solve()
    files = [("work/mine.ipynb", mine.bytes()), ("notebooks/03_diffusion.ipynb", student().bytes())]
    folder = inbox("max/x.ipynb", student().bytes())  # a lone zip file could be anybody's
    inbox("jane.zip", packed(*files))
    taken, left = (line for line in collect(course, folder) if line.student == "jane")
    assert taken.taken and taken.file.endswith("work/mine.ipynb") and left.older
    mine.write("answer-q6", "<!-- answer q6 -->\nAnother.")
    files.append(("of somebody else/03_diffusion.ipynb", mine.bytes()))
    inbox("jane.zip", packed(*files))
    texts = {line.text.partition(":")[0] for line in collect(course, folder) if line.student == "jane"}
    assert texts == {"in several folders of one zip file"}


def test_a_zip_file_can_be_collected_itself_with_zip_files_in_it(course, inbox, student):
    jane = packed(("lab/01.ipynb", student("01_dataset").bytes()), ("lab/03.ipynb", student().bytes()))
    folder = inbox("all.zip", packed(("jane.zip", jane), ("max/x.ipynb", student().bytes())))
    before = (folder / "all.zip").read_bytes()
    expected = [("jane", "01_dataset"), ("jane", "03_diffusion"), ("max", "03_diffusion")]
    assert [(line.student, line.assignment) for line in collect(course, folder / "all.zip")] == expected
    assert course.submissions() == expected
    assert (folder / "all.zip").read_bytes() == before
    assert sorted(path.name for path in folder.parent.rglob("*.zip")) == ["all.zip"]  # nothing was unpacked


def test_gradescopes_export_as_it_is(inbox):
    listed = b"submission_9:\n  :submitters:\n  - :name: Jane Doe\n    :email: jane@example.org\n"
    files = (
        ("assignment_1_export/submission_metadata.yml", listed),
        ("assignment_1_export/submission_9/x.ipynb", b"{}"),
    )
    assert [f.student for f in search(inbox("export.zip", packed(*files)) / "export.zip")] == [
        "jane@example.org"
    ]


@pytest.mark.parametrize(
    "name",
    [
        "../max/x.ipynb",
        "/max/x.ipynb",
        "a/../../x.ipynb",
        "..\\max\\x.ipynb",
        "C:\\x.ipynb",
        "a" * 600 + ".ipynb",
    ],
)
def test_paths_that_lead_outside(name, inbox):
    [problem] = problems(inbox("jane.zip", packed((name, b"{}")))).values()
    assert problem in ("its path leads out of the zip file", "its path is too long")


def test_links_pipes_and_devices_are_named_and_not_opened(inbox):
    folder = inbox("jane/x.ipynb", b"{}")
    secret = folder.parent / "secret.ipynb"
    secret.write_bytes(b"{}")
    (folder / "jane" / "link.ipynb").symlink_to(secret)
    (folder / "up").symlink_to(folder.parent)
    os.mkfifo(folder / "jane" / "pipe.ipynb")  # opened for reading it would wait for ever
    info = zipfile.ZipInfo("link.ipynb")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(folder / "jane" / "a.zip", "w") as archive:
        archive.writestr(info, str(secret))
    assert problems(folder) == {
        "jane/a.zip/link.ipynb": "a link, which is not followed",
        "jane/link.ipynb": "a link, which is not followed",
        "jane/pipe.ipynb": "not a plain file, and not opened",
        "jane/x.ipynb": "",
        "up": "a link, which is not followed",
    }


def test_a_file_that_becomes_a_link_or_a_pipe_after_the_listing(inbox):
    folder = inbox("jane/x.ipynb", b"{}")
    inbox("jane/y.ipynb", b"{}")
    entries = list(Inbox(folder).entries())
    for name in ("x", "y"):
        (folder / "jane" / f"{name}.ipynb").unlink()
    (folder / "jane" / "x.ipynb").symlink_to("/etc/hostname")
    os.mkfifo(folder / "jane" / "y.ipynb")
    for entry in entries:
        with pytest.raises(Refused, match="cannot be read"):
            entry.read()


def encrypted() -> bytes:
    """A zip file with the flag of encryption set in both of its headers (APPNOTE 4.4.4)."""
    data = bytearray(packed(("x.ipynb", b"{}")))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    "data, why",
    [
        (b"", "not a zip file"),
        (b"PK\x03\x04 cut short", "not a zip file"),
        (packed(("x.ipynb", b"{}"))[:-30], "not a zip file"),
        (packed(), "an empty zip file"),
        (encrypted(), "encrypted"),
        (packed(("x.ipynb", b"{}"), method=zipfile.ZIP_LZMA), "packed in an unusual way"),
        (packed(("a.zip", packed(("b.zip", packed(("x.ipynb", b"{}")))))), "zip file in a zip file in a zip"),
        (packed(("x.rar", b"Rar!")), "an archive, but no zip file"),
    ],
)
def test_zip_files_that_cannot_be_used(data, why, inbox):
    [problem] = problems(inbox("jane/work.zip", data)).values()
    assert problem.startswith(why) or why in problem


def test_damage_inside_a_zip_file_is_noticed(inbox):
    data = packed(("x.ipynb", b'{"cells": []}'), method=zipfile.ZIP_STORED).replace(b"cells", b"sells", 1)
    [entry] = Inbox(inbox("jane/work.zip", data)).entries()
    with pytest.raises(Refused, match="damaged inside"):
        entry.read()


def test_bombs_stop_at_the_limit(monkeypatch, inbox):
    """The limit holds for what comes out, whatever size the file says it has."""
    monkeypatch.setattr(inbox_module, "LIMIT", 2**20)
    data = bytearray(packed(("x.ipynb", b" " * 2**24)))
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", 10)  # "ten bytes"
    for bomb in (bytes(data), packed(("x.ipynb", b" " * 2**24))):
        [entry] = Inbox(inbox("jane/work.zip", bomb)).entries()
        with pytest.raises(Refused, match="larger than 1 MB|damaged inside"):
            entry.read()


def test_zip_files_in_a_zip_file_take_no_more_work_than_they_are_large(inbox):
    empty = packed(("x.txt", b" " * 2**24))  # a thousandth of it when packed, and less when packed twice
    swollen = packed(("x.txt", b" " * 2**26), method=zipfile.ZIP_STORED)
    found = problems(inbox("jane/work.zip", packed(("a.zip", swollen), ("b.zip", empty), ("c.ipynb", b"{}"))))
    assert "larger than" in found["jane/work.zip/a.zip"]
    assert found["jane/work.zip/b.zip/x.txt"] == "not a notebook" and not found["jane/work.zip/c.ipynb"]

    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.zip", swollen, zipfile.ZIP_DEFLATED)
        archive.filelist *= 100  # a hundred names for the same bytes
    assert problems(inbox("jane/work.zip", data.getvalue())) == {
        "jane/work.zip": "files in it overlap: ask for it again"
    }


def test_a_table_of_contents_of_any_size_is_not_read(monkeypatch, inbox):
    monkeypatch.setattr(inbox_module, "DIRECTORY", 10_000)
    data = packed(*((f"{i}.ipynb", b"{}") for i in range(1000)))
    assert set(problems(inbox("jane/work.zip", data)).values()) == {
        "not a zip file, or damaged: ask for it again"
    }


def test_files_in_all_zip_files_of_a_student_are_counted(monkeypatch, inbox):
    """Each of them is listed, which takes time and memory: a zip file of 20 MB may hold millions of names."""
    monkeypatch.setattr(inbox_module, "NAMES", 50)
    inner = packed(*((f"{i}.txt", b"") for i in range(20)))
    data = packed(("x.ipynb", b"{}"), *((f"{i}.zip", inner) for i in range(10)))
    inbox("jim/a.zip", inner)
    found = list(Inbox(inbox("jane/work.zip", data)).entries())
    assert len([entry for entry in found if entry.parts[0] == "jane"]) < 60
    assert inbox_module.MORE in str([entry.problem for entry in found])
    assert [entry.problem for entry in found if entry.parts[-1] == "x.ipynb"] == [""]
    assert len([entry for entry in found if entry.parts[0] == "jim"]) == 20
    inbox("all.zip", packed(*((f"{who}/{who}.zip", inner) for who in ("ann", "bob", "eve"))))
    assert len(list(Inbox(inbox("x.zip") / "all.zip").entries())) == 60  # a limit for each student


def test_outputs_are_left_out_before_the_limit(monkeypatch, inbox):
    monkeypatch.setattr(inbox_module, "LIMIT", 1000)
    monkeypatch.setattr(inbox_module, "RATIO", 2000)
    outputs = [{"text": ['1, 2, "] }\n'] * 300_000}]
    notebook = {"cells": [{"source": "x", "outputs": outputs}], "metadata": {"widgets": {"a": "b" * 5000}}}
    data = json.dumps(notebook).encode()
    inbox("jane/x.ipynb", data)
    folder = inbox("jim/x.zip", packed(("x.ipynb", data)))
    for entry in Inbox(folder).entries():
        found = json.loads(entry.read())
        assert found == {"cells": [{"source": "x", "outputs": []}], "metadata": {"widgets": {}}}


def stripped(value: object) -> object:
    if isinstance(value, list):
        return list(map(stripped, value))
    if not isinstance(value, dict):
        return value
    drop = {k: type(v)() for k, v in value.items() if k in ("outputs", "widgets") and type(v) in (list, dict)}
    return {k: stripped(v) for k, v in value.items()} | drop


WORDS = st.sampled_from(["outputs", "widgets", "a", '"outputs": [', 'x"', "\\", "]", "\u00e9"])
VALUES = st.recursive(
    WORDS | st.integers() | st.none(),
    lambda v: st.lists(v, max_size=4) | st.dictionaries(WORDS, v, max_size=4),
)


@given(value=VALUES, size=st.integers(1, 9), indent=st.sampled_from([None, 1]))
def test_outputs_are_left_out_wherever_a_part_of_the_file_ends(value, size, indent):
    data = json.dumps(value, indent=indent, ensure_ascii=False).encode()
    parts = [data[i : i + size] for i in range(0, len(data), size)]
    assert json.loads(b"".join(without_outputs(parts))) == stripped(value)
