import os
import zipfile

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from grading import cli
from grading.intake import collect as collect_module
from grading.intake.collect import collect, search, slug
from labkit.paths import LabError


@pytest.mark.parametrize(
    "path, student",
    [
        ("jane/01_dataset.ipynb", "jane"),
        ("jane/01_dataset/Copy of 01_dataset.ipynb", "jane"),
        ("Jané Müller-Ng/x.ipynb", "Jané_Müller-Ng"),
        ("j.doe@example.org/x.ipynb", "j.doe@example.org"),
        # Canvas: name, LATE, user, file, name of the file
        ("doejane_4711_90210_01_dataset.ipynb", "doejane_4711"),
        ("doejane_LATE_4711_90210_Copy of 01_dataset (1).ipynb", "doejane_4711"),
        ("jane/lab_2_2026_final.ipynb", "jane"),
        ("anon_x7K2p_90210_01_dataset.ipynb", "anon_x7K2p"),
        # Moodle: one file each, or a folder each
        ("Jane Doe_123456_assignsubmission_file_01_dataset.ipynb", "Jane_Doe"),
        ("Jane Doe_123456_assignsubmission_file_/01_dataset.ipynb", "Jane_Doe"),
        ("Jane Doe_123456_assignsubmission_file/01_dataset.ipynb", "Jane_Doe"),
        # Blackboard: assignment, user, attempt, name of the file
        ("Homework 1_jdoe_attempt_2024-03-05-14-22-33_01_dataset.ipynb", "jdoe"),
        ("Aufgabe 1_jdoe_Versuch_2024-03-05-14-22-33_01_dataset.ipynb", "jdoe"),
        # Brightspace: numbers, name, time; one file each, or a folder each
        ("1234-567 - Jane Doe - Mar 5, 2024 222 PM - 01_dataset.ipynb", "Jane_Doe"),
        ("1234-567 - Mary-Ann Smith - Sep 24, 2024 926 PM/01_dataset.ipynb", "Mary-Ann_Smith"),
        ("01_dataset.ipynb", ""),
    ],
)
def test_whose_file_it_is(path, student, inbox):
    assert [found.student for found in search(inbox(path))] == [student]


def test_a_platforms_download_in_a_folder_of_its_own(inbox):
    inbox("week 1/doejane_4711_111_x.ipynb")
    folder = inbox("week 1/roemax_4712_112_01_dataset.ipynb")
    assert [f.student for f in search(folder / "week 1")] == ["doejane_4711", "roemax_4712"]
    with pytest.raises(LabError, match="week 1 looks like the work of several people"):
        list(search(folder))  # a student's folder could look like that


def test_names_inside_a_students_folder_are_not_believed(course, inbox, student):
    """A list in Jane's folder names Max as the owner of all of it."""
    inbox("Max Roe_12_assignsubmission_file_/x.ipynb", student().bytes())
    inbox("jane/Max Roe_12_assignsubmission_file_x.ipynb", student().bytes(), 2_000_000_000)
    folder = inbox("jim/01/roemax_12_1_x.ipynb", student().bytes(), 2_000_000_000)
    lines = {line.student: line for line in collect(course, folder)}
    assert {who: line.taken for who, line in lines.items()} == {"Max_Roe": True, "jane": False, "jim": True}
    assert "files of several people" in lines["jane"].text
    assert lines["Max_Roe"].file.startswith("Max Roe_12")


def test_gradescope_tells_names_in_a_list(inbox):
    inbox("submission_11/01_dataset.ipynb")
    inbox("submission_12/01_dataset.ipynb")
    listed = b"""submission_11:
  :submitters:
  - :name: Jane Doe
    :sid: '300'
    :email: jane@example.org
submission_12:
  :submitters:
  - :name: Pair One
    :sid: '301'
    :email: one@example.org
  - :name: Pair Two
    :sid: '302'
"""
    folder = inbox("submission_metadata.yml", listed)
    assert [f.student for f in search(folder)] == ["jane@example.org", "one@example.org", "302"]
    inbox("submission_metadata.yml", b"!!python/object/apply:os.system ['true']")
    with pytest.raises(LabError, match="cannot read .*submission_metadata"):
        list(search(folder))


def test_other_files_are_named_only_where_nothing_else_came(course, inbox, student):
    for who in ("jane", "max"):
        inbox(f"{who}/.ipynb_checkpoints/01_dataset-checkpoint.ipynb")
        inbox(f"__MACOSX/{who}/._01_dataset.ipynb")
        inbox(f"{who}/notes.txt")
    folder = inbox("jane/x.ipynb", student().bytes())
    lines = [(line.student, line.text) for line in collect(course, folder)]
    assert lines == [("jane", "as handed out"), ("max", "a hidden file, not read"), ("max", "not a notebook")]


def test_collect_mends_into_nbgraders_place_and_only_reads(course, inbox, student):
    hers = student()
    hers.solve()
    data = hers.through_colab()
    folder = inbox("jane/Copy of week three (1).ipynb", data)
    before = {p: (p.read_bytes(), p.stat().st_mtime) for p in folder.rglob("*") if p.is_file()}
    [line] = collect(course, folder)
    assert (line.student, line.assignment, line.taken) == ("jane", "03_diffusion", True)
    assert "metadata of 7 cells restored" in line.text
    assert course.submissions() == [("jane", "03_diffusion")]
    assert {p: (p.read_bytes(), p.stat().st_mtime) for p in folder.rglob("*") if p.is_file()} == before


def test_collecting_again_changes_no_file(course, inbox, student):
    folder = inbox("jane/x.ipynb", student().bytes())
    collect(course, folder)
    path = course.submitted_path("jane", "03_diffusion")
    os.utime(path, (5, 5))
    collect(course, folder)
    assert path.stat().st_mtime == 5


def test_the_latest_of_several_copies_is_taken(course, inbox, student):
    old, new = student(), student()
    new.solve()
    inbox("jane/03_diffusion.ipynb", old.bytes(), 2_000)
    folder = inbox("jane/03_diffusion (1).ipynb", new.bytes(), 3_000)
    old.write("answer-q6", "<!-- answer q6 -->\nA first version.")
    inbox("jane/03_diffusion.ipynb", old.bytes(), 2_000)
    taken, left = collect(course, folder)
    assert taken.taken and taken.file.endswith("(1).ipynb")
    assert not left.taken and "not the latest" in left.text


def test_a_copy_as_handed_out_never_wins(course, inbox, student):
    """The template downloaded again, or a whole repository with the template in it."""
    mine = student()
    mine.solve()
    inbox("jane/notebooks/mine.ipynb", mine.bytes(), 2_000)
    inbox("jane/notebooks/03_diffusion.ipynb", student().bytes(), 3_000)
    folder = inbox("jane/03_diffusion (1).ipynb", student().through_colab(), 4_000)
    taken, *left = collect(course, folder)
    assert taken.file == "jane/notebooks/mine.ipynb" and "of 3 copies" in taken.text
    assert {line.text for line in left} == {"as handed out: mine.ipynb is not"}


def test_a_copy_as_handed_out_replaces_nothing_on_another_day(course, inbox, student):
    mine = student()
    mine.solve()
    folder = inbox("jane/x.ipynb", mine.bytes(), 2_000)
    collect(course, folder)
    before = course.submitted_path("jane", "03_diffusion").read_text()
    inbox("jane/x.ipynb", student().bytes(), 3_000)
    [line] = collect(course, folder)
    assert (line.taken, line.text) == (False, "as handed out: what was collected before is not")
    assert course.submitted_path("jane", "03_diffusion").read_text() == before
    mine.write("answer-q6", "<!-- answer q6 -->\nAnother.")
    inbox("jane/x.ipynb", mine.bytes(), 2_500)
    assert collect(course, folder)[0].taken


def test_a_notebook_in_two_files_is_named(course, inbox, student):
    """One file has an exercise, the other one an answer."""
    code, text = student(), student()
    code.solve()
    code.write("answer-q6", "<!-- answer q6 -->")
    text.write("answer-q6", "<!-- answer q6 -->\nNoise.")
    inbox("jane/part 1.ipynb", code.bytes(), 2_000)
    taken, left = collect(course, inbox("jane/part 2.ipynb", text.bytes(), 3_000))
    assert taken.file == "jane/part 2.ipynb"
    assert left.text == (
        "not the latest: part 2.ipynb is, which lacks answer-bonus1, code7: ask which one is meant"
    )


@pytest.mark.parametrize("ending", [".ipynb.txt", ".ipynb.json", ".IPYNB.TXT", ". final.ipynb"])
def test_endings_that_a_browser_adds(ending, course, inbox, student):
    [line] = collect(course, inbox(f"jane/03_diffusion{ending}", student().bytes()))
    assert line.taken


def test_modules_that_are_imported_from_beside_the_notebook_are_named(course, inbox, student):
    mine = student()
    mine.solve()
    mine.write("setup", "import labkit\nfrom helpers import half")
    inbox("jane/helpers.py", b"half = 0.5")
    inbox("jane/other.py", b"")
    [line] = collect(course, inbox("jane/x.ipynb", mine.bytes()))
    assert line.taken and "imports helpers.py, which is not read" in line.text and "other" not in line.text


def test_copies_of_one_second_are_in_natural_order(course, inbox, student):
    for number in (1, 9, 10):
        mine = student()
        mine.write("answer-q6", f"<!-- answer q6 -->\nVersion {number}")
        folder = inbox(f"jane/03_diffusion ({number}).ipynb", mine.bytes())
    assert [line.file for line in collect(course, folder) if line.taken] == ["jane/03_diffusion (10).ipynb"]


def test_two_notebooks_in_one_file_are_both_collected(course, inbox, student):
    one, other = student("01_dataset"), student()
    one.write("answer-q1", "<!-- answer q1 -->\nMany.")
    other.solve()
    one.cells.extend(other.cells)
    lines = collect(course, inbox("jane/all.ipynb", one.through_colab()))
    assert {line.assignment for line in lines if line.taken} == {"01_dataset", "03_diffusion"}
    assert course.submissions() == [("jane", "01_dataset"), ("jane", "03_diffusion")]


def test_two_people_of_one_name_are_not_mixed_up(course, inbox, student):
    inbox("Jane Doe_1_assignsubmission_file_/x.ipynb", student().bytes())
    folder = inbox("Jane Doe_2_assignsubmission_file_/x.ipynb", student().bytes())
    lines = collect(course, folder)
    assert [line.taken for line in lines] == [False, False]
    assert "two people of one name" in lines[0].text
    assert course.submissions() == []


def test_one_bad_file_does_not_stop_the_others(course, inbox, student):
    inbox("a/x.ipynb", b"PK\x03\x04")
    inbox("stray.ipynb", student().bytes())
    folder = inbox("b/x.ipynb", student().bytes())
    lines = collect(course, folder)
    assert [(line.student, line.taken) for line in lines] == [("b", True), ("", False), ("a", False)]
    assert "whose is it" in lines[1].text and "not a notebook" in lines[2].text


def test_mistakes_are_one_line(course, tmp_path, inbox):
    with pytest.raises(LabError, match="no folder"):
        collect(course, tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(LabError, match="nothing in"):
        collect(course, tmp_path / "empty")
    course.submitted.mkdir()
    with pytest.raises(LabError, match="where collect puts"):
        collect(course, course.submitted)


@pytest.mark.parametrize(
    "one, other",
    [
        ("Jane", "jane"),  # one folder on many disks
        ("Jan\u00e9", "Jane\u0301"),  # one letter, or a letter and an accent
        ("Jane Doe", "Jane_Doe"),
        ("Jane\u200b Doe", "Jane Doe"),
        ("\uff2aane", "Jane"),  # a wide J
        ("x" * 120 + "1", "x" * 120 + "2"),
    ],
)
def test_names_that_become_one_are_never_merged(one, other, course, inbox, student, tmp_path):
    folder = inbox(f"{one}/x.ipynb", student().bytes())
    inbox(f"{other}/x.ipynb", student().bytes())
    lines = collect(course, folder)
    assert [line.taken for line in lines] == [False, False]
    assert all("two people of one name" in line.text for line in lines)
    assert course.submissions() == []


def test_names_that_become_one_on_another_day(course, inbox, student, tmp_path):
    first, later = student(), student()
    first.solve()
    later.write("answer-q6", "<!-- answer q6 -->\nAnother.")
    collect(course, inbox("Jane Doe_1_assignsubmission_file_/x.ipynb", first.bytes()))
    other = tmp_path / "friday" / "Jane Doe_2_assignsubmission_file_x.ipynb"
    other.parent.mkdir()
    other.write_bytes(later.bytes())
    path = course.submitted_path("Jane_Doe", "03_diffusion")
    before = path.read_bytes()
    [line] = collect(course, other.parent)
    assert not line.taken and "two people of one name" in line.text
    assert path.read_bytes() == before
    collect(course, inbox("Jane Doe_1_assignsubmission_file_/x.ipynb", later.bytes()))  # she herself may
    assert path.read_bytes() != before


@pytest.mark.parametrize("name", ["..", ". .", "\u202e", "🙂", "-_-"])
def test_names_of_which_nothing_is_left(name, course, inbox, student):
    folder = inbox(f"{name}x/x.ipynb" if name == ".." else f"{name}/x.ipynb", student().bytes())
    [line] = collect(course, folder)
    assert not line.taken and course.submissions() == []
    assert line.file.isprintable()


def test_file_names_that_are_no_text(course, inbox, student):
    folder = inbox("jane/x.ipynb", student().bytes())
    for name in (b"\xff\xfe.ipynb", b"\x1b[2J\n.ipynb"):
        with open(os.path.join(os.fsencode(folder), b"jane", name), "wb") as file:
            file.write(b"{}")
    lines = collect(course, folder)
    assert [line.taken for line in lines] == [True, False, False]
    assert all(line.file.isprintable() and line.file.encode() for line in lines)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_named(course, inbox, student):
    folder = inbox("jane/x.ipynb", student().bytes())
    inbox("max/x.ipynb", student().bytes())
    (folder / "jane" / "x.ipynb").chmod(0)
    (folder / "max").chmod(0)
    lines = {line.student: line.text for line in collect(course, folder)}
    (folder / "max").chmod(0o700)
    assert lines == {"jane": "cannot be read: Permission denied", "max": "cannot be read: Permission denied"}


@pytest.fixture
def said_of_many(course, inbox, student):
    """A function (count): what collect says of jane, who hands in so many files, when max hands in one."""

    def texts(count: int) -> list[str]:
        for number in range(count):
            inbox(f"jane/{number}.ipynb", b"{}")
        folder = inbox("max/x.ipynb", student().bytes())
        return [line.text for line in collect(course, folder) if line.student == "jane"]

    return texts


def test_a_student_cannot_fill_the_day(monkeypatch, course, said_of_many):
    monkeypatch.setattr(collect_module, "NOTEBOOKS", 3)
    texts = said_of_many(5)
    assert sum("too many notebooks" in text for text in texts) == 2
    assert course.submissions() == [("max", "03_diffusion")]


def test_files_that_take_long_to_read_are_limited_together(monkeypatch, course, said_of_many):
    """Refused ones too: a small zip file may hold thousands that unpack to millions of brackets."""
    monkeypatch.setattr(collect_module, "ALL_SECONDS", 1e-9)
    texts = said_of_many(5)
    assert sum("ask which ones are meant" in text for text in texts) == 4
    assert course.submissions() == [("max", "03_diffusion")]


@pytest.mark.parametrize("added", ["text", "empty"])
def test_a_copy_as_handed_out_to_which_colab_added_something_does_not_win(added, course, inbox, student):
    mine, later = student(), student()
    mine.solve()
    badge = new_markdown_cell('<a href="https://colab.research.google.com/x">Open in Colab</a>', id="badge")
    later.cells.insert(0, badge if added == "text" else new_code_cell("\n", id="blank"))
    inbox("jane/b.ipynb", later.bytes(), changed=1_700_000_100)
    lines = collect(course, inbox("jane/a.ipynb", mine.bytes()))
    assert [(line.file, line.taken) for line in lines] == [("jane/a.ipynb", True), ("jane/b.ipynb", False)]


def test_a_student_cannot_fill_the_list(monkeypatch, said_of_many):
    monkeypatch.setattr(collect_module, "NAMED", 3)
    texts = said_of_many(9)
    assert len(texts) == 3 and "further files are not named" in texts[-1]


def test_moodles_number_is_another_for_each_assignment(course, inbox, student, tmp_path):
    first = inbox("Jane Doe_1_assignsubmission_file_/x.ipynb", student("03_diffusion").bytes())
    assert [line.taken for line in collect(course, first)] == [True]
    second = tmp_path / "second" / "Jane Doe_2_assignsubmission_file_"
    second.mkdir(parents=True)
    (second / "x.ipynb").write_bytes(student("01_dataset").bytes())
    assert [line.taken for line in collect(course, second.parent)] == [True]
    assert course.submissions() == [("Jane_Doe", "01_dataset"), ("Jane_Doe", "03_diffusion")]


@pytest.mark.parametrize(
    "first, last",
    [
        ("HW 1_jdoe_attempt_2024-03-05-14-22-33_x.ipynb", "HW 1_jdoe_attempt_2024-03-10-09-00-00_x.ipynb"),
        ("1-2 - Jane Doe - Mar 5, 2024 1122 PM/x.ipynb", "1-2 - Jane Doe - Mar 10, 2024 922 AM/x.ipynb"),
        ("1-2 - Jane Doe - Mar 5, 2024 922 PM - x.ipynb", "1-2 - Jane Doe - Mar 5, 2024 1005 PM - x.ipynb"),
    ],
)  # fmt: skip
def test_of_two_attempts_the_last_is_taken(first, last, course, inbox, student):
    """By the platform's time, whatever that of the files."""
    old, new = student(), student()
    old.solve(), new.solve()
    inbox(last, new.bytes())
    os.utime(inbox(last, new.bytes()) / last, (10**9, 10**9))
    folder = inbox(first, old.bytes())
    lines = collect(course, folder)
    assert [(line.file, line.taken) for line in lines] == [(last, True), (first, False)]
    assert len(course.submissions()) == 1


@pytest.mark.parametrize(
    "date", ["{} March, 2024 2:22 PM", "{}. März 2024 1422", "Mar {}, 2024 222 pm", "2024-03-{:02} 14.22"]
)
def test_attempts_with_dates_of_other_languages_are_one_persons(date, course, inbox, student):
    """Brightspace writes them as the instructor has set them. The files' own times tell which is the last."""
    old, new = student(), student()
    old.solve(), new.solve()
    first, last = (f"1-2 - Jane Doe - {date.format(day)}/x.ipynb" for day in (5, 10))
    inbox(last, new.bytes(), 1_700_000_100)
    lines = collect(course, inbox(first, old.bytes()))
    assert [(line.file, line.student, line.taken) for line in lines] == [
        (last, "Jane_Doe", True), (first, "Jane_Doe", False)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "one, other",
    [
        ("HW_a_doe_attempt_2024-03-05-14-22-33_x.ipynb", "HW_b_doe_attempt_2024-03-05-14-22-33_x.ipynb"),
        ("1-567 - Jane Doe - Mar 5, 2024 222 PM/x.ipynb", "2-567 - Jane Doe - Mar 5, 2024 223 PM/x.ipynb"),
    ],
)
def test_people_whose_names_are_alike_are_not_one(one, other, course, inbox, student):
    inbox(one, student().bytes())
    lines = collect(course, inbox(other, student().bytes()))
    assert [line.taken for line in lines] == [False, False] and "two people of one name" in lines[0].text


def test_a_students_file_name_does_not_name_another_student(course, inbox, student):
    """Blackboard puts the student's name of a file below its own."""
    stamp = "attempt_2024-03-05-14-22-33"
    folder = inbox(f"HW_max_{stamp}_my_jane_{stamp}_x.ipynb", student().bytes())
    assert [line.student for line in collect(course, folder)] == ["max"]


STAMP = "attempt_2024-03-05-14-22-33"


@pytest.mark.parametrize(
    "name",
    [
        f"roemax_4712_90211_hw_jdoe_{STAMP}_x.ipynb",
        f"roemax_4712_90211_hw_doejane\N{FULLWIDTH LOW LINE}4711_{STAMP}_x.ipynb",  # becomes "_"
        "roemax_4712_90211_Jane Doe_9_assignsubmission_file_x.ipynb",
    ],
)
def test_a_students_file_name_is_not_that_of_another_platform(name, course, inbox, student, tmp_path):
    hers = student()
    hers.solve()
    inbox("doejane_4711_90210_x.ipynb", hers.bytes())
    lines = collect(course, inbox(name, student().bytes()))
    assert {line.student: line.taken for line in lines} == {"doejane_4711": True, "roemax_4712": True}
    alone = tmp_path / "late" / name
    alone.parent.mkdir()
    alone.write_bytes(student().bytes())
    [line] = collect(course, alone.parent)
    assert not line.taken and "two platforms could have named it so" in line.text


def test_names_that_differ_in_vowel_signs_are_two(course, inbox, student):
    """In Hindi, Thai and other scripts these are signs of their own, which are no letters to Python."""
    inbox("मीना_4711_90210_x.ipynb", student().bytes())
    inbox("मोना शर्मा_12_assignsubmission_file_/x.ipynb", student().bytes())
    folder = inbox("मीना शर्मा_13_assignsubmission_file_/x.ipynb", student().bytes())
    lines = {line.student: line.taken for line in collect(course, folder)}
    assert lines == {"मीना_4711": True, "मोना_शर्मा": True, "मीना_शर्मा": True}


@pytest.mark.parametrize("sign", ["\u0332", "\ufe0f", "\u0332\u0332", "\ufe0f\ufe0f", "\u093e", "\u200b"])
def test_signs_that_cannot_be_seen_are_left_out(sign):
    assert slug(f"jane{sign}") == "jane"


def test_names_of_notebooks_are_no_names_of_a_platform(course, inbox, student):
    """Two files of one student, called after weeks."""
    inbox("jane/week_2_01_dataset.ipynb", student("01_dataset").bytes())
    folder = inbox("jane/week_3_03_diffusion.ipynb", student().bytes())
    lines = collect(course, folder)
    assert [(line.student, line.taken) for line in lines] == [("jane", True)] * 2


def test_blackboards_notes_and_another_assignment(course, inbox, student, tmp_path):
    note = "Homework 1_jdoe_attempt_2024-03-05-14-22-33.txt"
    inbox(note, b"Name: Jane Doe (jdoe)")
    folder = inbox("Homework 1_jdoe_attempt_2024-03-05-14-22-33_x.ipynb", student("03_diffusion").bytes())
    assert [line.taken for line in collect(course, folder) if line.file != note] == [True]
    second = tmp_path / "second" / "Homework 2_jdoe_attempt_2024-04-05-14-22-33_x.ipynb"
    second.parent.mkdir()
    second.write_bytes(student("01_dataset").bytes())
    assert [line.taken for line in collect(course, second.parent)] == [True]


def test_moodles_online_texts_are_no_error(course, inbox, student):
    inbox("Jane Doe_1_assignsubmission_onlinetext_/onlinetext.html", b"<p>Hello")
    folder = inbox("Jane Doe_1_assignsubmission_file_/x.ipynb", student().bytes())
    assert [(line.student, line.taken) for line in collect(course, folder)] == [("Jane_Doe", True)]


def zipped(path, files: dict[str, bytes]):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


LISTED = b"submission_1:\n  :submitters:\n  - :name: Kim\n    :email: kim@example.org\n"


def test_a_list_in_a_students_folder_is_not_believed(student, tmp_path):
    files = {"jane/submission_1/x.ipynb": student().bytes(), "jane/submission_metadata.yml": LISTED}
    path = zipped(tmp_path / "class.zip", files)
    assert "kim@example.org" not in {found.student for found in search(path)}


@pytest.mark.parametrize("folder", ["", "assignment_77_export/"])
def test_gradescopes_own_zip_file_is_believed(folder, student, tmp_path):
    files = {f"{folder}submission_1/x.ipynb": student().bytes(), f"{folder}submission_metadata.yml": LISTED}
    path = zipped(tmp_path / "assignment_77_export.zip", files)
    assert [found.student for found in search(path)] == ["kim@example.org"]


def nested(line: str) -> str:
    """YAML whose every line holds the last one ten times."""
    lines = [line.format(i=i, aliases=", ".join([f"*a{i - 1}"] * 10)) for i in range(1, 12)]
    return "a0: &a0 {x: y}\n" + "".join(lines)


BOMBS = {
    "aliases": nested("a{i}: &a{i} [{aliases}]\n") + "s:\n  :submitters:\n  - :email: *a11\n",
    "merged keys": nested("a{i}: &a{i} {{<<: [{aliases}]}}\n"),
    "brackets": "[" * 100_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_lists_made_to_grow_are_refused(name):
    with pytest.raises(LabError, match="cannot read .*submission_metadata"):
        collect_module.gradescope(BOMBS[name].encode())


@pytest.mark.slow
def test_a_large_file_is_read_in_another_process_with_limits(course, inbox, student, monkeypatch):
    large = student()
    large.cells[0].source += "x " * 20 * collect_module.SMALL  # read in a second, not in a millisecond
    inbox("jane/x.ipynb", large.bytes())
    folder = inbox("max/x.ipynb", student().bytes())
    assert [line.taken for line in collect(course, folder)] == [True, True]
    monkeypatch.setattr(collect_module, "SECONDS", 0.001)
    lines = collect(course, folder)
    assert [(line.student, line.taken) for line in lines] == [("max", True), ("jane", False)]
    assert "took longer than" in lines[1].text


@pytest.mark.parametrize("command", [["collect", "."], ["autograde"], ["feedback"], ["build"]])
def test_a_course_is_changed_by_one_command_at_a_time(tmp_path, held, capsys, command):
    with held(tmp_path):
        assert cli.main([*command, "--course", str(tmp_path)]) == 1
    assert capsys.readouterr().err == (
        f"grading: another process is at work in {tmp_path}: wait for its end\n"
    )
