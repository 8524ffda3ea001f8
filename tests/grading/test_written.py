import contextlib
import csv
import re
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_course import toy_sources

from grading.book.feedback import feedback
from grading.book.written import COLUMNS, read_in, write_out
from grading.course import Course, why
from grading.spreadsheet import defuse, read_csv, restore, same_number, write_csv
from labkit.paths import LabError

SIGNS = "=+-@＝＋－＠"


@pytest.mark.parametrize(
    "text, defused",
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), (" =1", " '=1"),
        ("\t=1", "\t'=1"), ("\n=1", "\n'=1"), ("x;=1", "x;'=1"), ("x\t=1", "x\t'=1"), ("x\r\n=1", "x\r\n'=1"),
        ('x";"=1', 'x";"\'=1'), ("＝1", "'＝1"), ("a-1 = b", "a-1 = b"), ("it's - fine", "it's - fine"),
        ("'=1", "''=1"),
    ],
)  # fmt: skip
def test_formulas_become_text(text, defused):
    assert defuse(text) == defused and restore(defused) == text


@given(st.text(st.sampled_from(f"{SIGNS},;|\t\r\n '\"ax")))
def test_no_cell_is_a_formula_and_defusing_can_be_undone(text):
    cells = re.split(r"[,;|\t\r\n]", defuse(text))
    assert not [cell for cell in cells if cell.lstrip(' "')[:1] in list(SIGNS)]
    assert restore(defuse(text)) == text


@given(st.text())
def test_defusing_can_be_undone(text):
    assert restore(defuse(text)) == text


def test_every_cell_is_quoted(tmp_path):
    write_csv(tmp_path / "a.csv", [["a", 1], ["", "b"]])
    assert (tmp_path / "a.csv").read_bytes() == b'\xef\xbb\xbf"a","1"\r\n"","b"\r\n'


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\0"))), max_size=4))
def test_tables_survive_the_file(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "table.csv"
    rows = [[*row, "end"] for row in rows]
    write_csv(path, rows)
    with open(path, encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_spreadsheets_separator(delimiter, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f'a{delimiter}b\r\n"x\ny"{delimiter}\r\n', "utf-8-sig")
    assert read_csv(path, ("a", "b")) == [{"a": "x\ny", "b": ""}]


def test_a_long_cell_is_read(tmp_path):
    write_csv(tmp_path / "a.csv", [["a", "b"], ["x" * 200_000, "y"]])
    assert read_csv(tmp_path / "a.csv", ("a", "b"))[0]["b"] == "y"


def test_other_tables_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    with pytest.raises(LabError, match="not found"):
        read_csv(path, ("a",))
    path.write_text("x,y\n1,2\n")
    with pytest.raises(LabError, match="needs a first line with the columns a"):
        read_csv(path, ("a",))
    path.write_bytes(b"a\n\xe9\n")
    with pytest.raises(LabError, match="CSV UTF-8"):
        read_csv(path, ("a",))


@pytest.fixture
def handed_in(course: Course, student):
    """Ann and Bob have answered, and nothing was run: their notebooks are put where autograde puts them."""
    return hand_in(course, student, "ann", "bob")


def hand_in(course: Course, student, *people: str) -> Course:
    import nbformat

    for who in people:
        hers = student()
        hers.solve()
        for folder in (course.submitted, course.autograded):
            path = folder / who / "03_diffusion" / "03_diffusion.ipynb"
            path.parent.mkdir(parents=True)
            nbformat.write(hers.notebook, path)
        with course.gradebook() as gradebook:
            gradebook.update_or_create_student(who)
            gradebook.add_submission("03_diffusion", who)
    return course


def table(path) -> list[dict]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_out_and_in_again(handed_in, tmp_path):
    path = tmp_path / "answers.csv"
    assert write_out(handed_in, path, {"q6": "The rubric."}) == (4, 4)
    rows = table(path)
    assert tuple(rows[0]) == COLUMNS
    assert [(r["student"], r["question"], r["max_points"]) for r in rows] == [
        ("ann", "q6", "4"), ("ann", "bonus1", "0"), ("bob", "q6", "4"), ("bob", "bonus1", "0"),
    ]  # fmt: skip
    assert rows[0]["answer"] == "Noise between the steps." and rows[0]["rubric"] == "The rubric."
    assert rows[1]["answer"].startswith("'=1+1")
    rows[0] |= {"points": "2,5", "comment": "-1.5: which noise?"}
    rows[1] |= {"points": "3"}
    write_csv(path, [list(COLUMNS), *(list(row.values()) for row in rows)])
    assert read_in(handed_in, path) == 2
    marks = {(m.student, m.name): m for m in handed_in.marks() if m.written}
    assert marks["ann", "q6"].points == 2.5
    assert marks["ann", "q6"].comment == "-1.5: which noise?"
    assert marks["ann", "bonus1"].points == 3 and marks["ann", "bonus1"].max_points == 0  # extra credit
    assert marks["bob", "q6"].points is None
    assert write_out(handed_in, path, {}) == (4, 2)
    again = table(path)
    assert again[0]["points"] == "2.5" and again[0]["comment"] == "'-1.5: which noise?"
    assert read_in(handed_in, path) == 2
    assert {(m.student, m.name): m for m in handed_in.marks() if m.written} == marks


def test_one_long_answer_leaves_the_table_readable(course, student, tmp_path):
    """Excel breaks rows with cells of more than 32 767 characters."""
    hand_in(course, student, "ann", "bob")
    path = course.autograded_path("ann", "03_diffusion")
    path.write_text(path.read_text("utf-8").replace("Noise between", "=word " * 40_000), "utf-8")
    write_out(course, tmp_path / "a.csv", {})
    rows = read_csv(tmp_path / "a.csv", COLUMNS)
    assert len(rows) == 4 and max(len(cell) for row in rows for cell in row.values()) < 32_767
    assert "(cut: the notebook has all of it)" in rows[0]["answer"] and rows[0]["answer"].startswith("'=")
    rows[0]["points"] = rows[2]["points"] = "1"
    write_csv(tmp_path / "a.csv", [list(COLUMNS), *(list(row.values()) for row in rows)])
    assert read_in(course, tmp_path / "a.csv") == 2


def test_a_name_that_begins_like_a_formula(course, student, tmp_path):
    hand_in(course, student, "@ann")
    write_out(course, tmp_path / "a.csv", {})
    rows = read_csv(tmp_path / "a.csv", COLUMNS)
    assert {row["student"] for row in rows} == {"'@ann"}
    rows[0]["points"] = "1"
    write_csv(tmp_path / "a.csv", [list(COLUMNS), *(list(row.values()) for row in rows)])
    assert read_in(course, tmp_path / "a.csv") == 1


@pytest.mark.parametrize(
    "number, shown, same",
    [
        ("0012345", "12345", True), ("1E5", "100000", True), ("1E5", "1,00E+05", True),
        ("123456789012", "1.23E+11", True), ("123456789012", "1.24E+11", False), ("0012345", "12346", False),
        ("1_0", "10", False), ("nan", "nan", False), ("ann", "ann", False), ("2e3", "2000", True),
    ],
)  # fmt: skip
def test_numbers_that_a_spreadsheet_changes(number, shown, same):
    assert same_number(number, shown) == same


def test_points_reach_students_whose_numbers_a_spreadsheet_has_changed(course, student, tmp_path):
    hand_in(course, student, "0012345", "1E5", "ann")
    path = tmp_path / "answers.csv"
    path.write_text(
        "student;question;points;comment\n12345;q6;4;fine\n1,00E+05;q6;3;good\nann;q6;2;\n", "utf-8"
    )
    assert read_in(course, path) == 3
    points = {mark.student: mark.points for mark in course.marks() if mark.name == "q6"}
    assert points == {"0012345": 4, "1E5": 3, "ann": 2}


def test_a_changed_number_that_may_be_of_two_is_refused(course, student, tmp_path):
    hand_in(course, student, "0012345", "012345")
    path = tmp_path / "answers.csv"
    path.write_text("student,question,points,comment\n12345,q6,4,\n")
    with pytest.raises(LabError, match="row 2: a spreadsheet has made 12345 of .*0012345 or 012345"):
        read_in(course, path)


def test_one_answer_in_two_rows_is_refused(course, student, tmp_path):
    hand_in(course, student, "0012345", "12345")
    path = tmp_path / "answers.csv"
    path.write_text("student,question,points,comment\n12345,q6,4,\n12345,q6,3,\n")
    with pytest.raises(LabError, match="row 3: the answer of row 2 again"):
        read_in(course, path)
    path.write_text("student,question,points,comment\n0012345,q6,4,\n12345,q6,3,\n")
    assert read_in(course, path) == 2


@pytest.mark.slow
@pytest.mark.parametrize("work", ["marks", "write_out", "read_in", "feedback", "prepare"])
@pytest.mark.parametrize("trouble", ["locked", "damaged"])
def test_a_gradebook_that_cannot_be_used_is_one_line(work, trouble, handed_in, tmp_path):
    table = tmp_path / "answers.csv"
    table.write_text("student,question,points,comment\nann,q6,4,\n")
    call = dict(
        marks=handed_in.marks,
        write_out=lambda: write_out(handed_in, tmp_path / "out.csv", {}),
        read_in=lambda: read_in(handed_in, table),
        feedback=lambda: feedback(handed_in),
        prepare=lambda: handed_in.prepare(toy_sources),
    )[work]
    book = handed_in.root / "gradebook.db"
    if trouble == "damaged":
        book.write_bytes(b"no database" * 1000)
        with pytest.raises(LabError, match="gradebook.db is damaged .file is not a database."):
            call()
        return
    with contextlib.closing(sqlite3.connect(book)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LabError, match="gradebook cannot be used .database is locked.: close what"):
            call()
    assert not (tmp_path / "out.csv").exists()


def test_the_reason_of_nbgrader_is_the_error():
    """SQLAlchemy's own lines come after it."""
    log = (
        "[Application] ERROR | There was an error\n    Traceback (most recent call last):\n"
        '      File "api.py", line 1\n    sqlalchemy.exc.OperationalError: database is locked\n'
        "    [SQL: SELECT 1]\n    [parameters: (1,)]\n    (Background on this error at: https://sqlalche.me)\n"
    )
    assert why(dict(log=log)) == "sqlalchemy.exc.OperationalError: database is locked"


@pytest.mark.parametrize(
    "row, why",
    [
        ("ann,q6,5,", "points must be 0 to 4, not '5'"),
        ("ann,q6,-1,", "points must be 0 to 4"),
        ("ann,q6,nan,", "points must be 0 to 4"),
        ("ann,q6,good,", "points must be 0 to 4, not 'good'"),
        ("ann,bonus1,-1,", "points must be 0 or more"),
        ("eve,q6,1,", "no such answer .eve, q6."),
        ("ann,q66,1,", "no such answer"),
    ],
)
def test_nothing_is_stored_of_a_table_with_a_mistake(row, why, handed_in, tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text(f"student,question,points,comment\nbob,q6,4,fine\n{row}\n")
    with pytest.raises(LabError, match=f"row 3: {why}"):
        read_in(handed_in, path)
    assert all(mark.points is None for mark in handed_in.marks() if mark.written)
