import csv
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from grading.book import export as module
from grading.book.export import export
from grading.course import Mark


class Term:
    """What export asks of a course, without a gradebook."""

    def __init__(self, marks):
        self._marks = marks

    def marks(self):
        return self._marks


@pytest.fixture
def term(monkeypatch):
    monkeypatch.setattr(module, "maxima", lambda course: {"01_dataset": 6.0, "03_diffusion": 10.0})
    jane, max_ = "doejane_4711", "roemax_4712"
    return Term(
        [
            Mark(jane, "01_dataset", "code2", 3.5, 4, "", False),
            Mark(jane, "01_dataset", "q1", 2, 2, "fine", True),
            Mark(jane, "03_diffusion", "code7", 10, 10, "", False),
            Mark(jane, "03_diffusion", "bonus1", 1, 0, "", True),
            Mark(max_, "01_dataset", "code2", 0, 4, "", False),
            Mark(max_, "01_dataset", "q1", None, 2, "", True),
        ]
    )


def rows(path) -> list[list[str]]:
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_the_maximum_of_extra_credit_is_nothing(monkeypatch):
    class Graded(Term):
        @contextmanager
        def gradebook(self):
            yield SimpleNamespace(find_assignment=lambda name: SimpleNamespace(max_score=20.0))

        def released(self):
            return ["03_diffusion", "05_train_steer_edit"]

    assert module.maxima(Graded([])) == {"03_diffusion": 20.0, "05_train_steer_edit": 0.0}
    monkeypatch.setattr(module, "settings", lambda: dict(extra_credit=[]))
    assert module.maxima(Graded([])) == {"03_diffusion": 20.0, "05_train_steer_edit": 20.0}


def test_everything_as_one_table(term, tmp_path):
    assert export(term, "csv", tmp_path / "a.csv") == (2, 1, [])
    head, top, jane, max_ = rows(tmp_path / "a.csv")
    assert head == ["student", "code2", "q1", "code7", "bonus1", "01_dataset", "03_diffusion", "total"]
    assert top == ["(maximum)", "4", "2", "10", "0", "6", "10", "16"]
    assert jane == ["doejane_4711", "3.5", "2", "10", "1", "5.5", "11", "16.5"]  # the bonus is extra
    assert max_ == ["roemax_4712", "0", "", "", "", "0", "", "0"]


def test_canvas_finds_students_by_its_own_number(term, tmp_path):
    export(term, "canvas", tmp_path / "a.csv")
    head, top, jane, max_ = rows(tmp_path / "a.csv")
    # what lib/gradebook_importer.rb asks of the header and of the row of maxima
    assert "Student" in head[0] and "ID" in head[1]
    assert head[2:5] == ["SIS User ID", "SIS Login ID", "Section"]
    assert "Points Possible" in top[0] and top[5:] == ["6", "10"]
    assert jane == ["doejane", "4711", "", "", "", "5.5", "11"]
    assert max_ == ["roemax", "4712", "", "", "", "0", ""]  # not handed in: an empty cell changes nothing


def test_canvas_own_table_gives_names_and_columns(term, tmp_path):
    roster = tmp_path / "canvas.csv"
    roster.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,01_dataset (88),Current Score\n"
        "    Points Possible,,,,,6,(read only)\n"
        '"Doe, Jane",4711,s1,jane,Motion 1,,\n'
    )
    assert export(term, "canvas", tmp_path / "a.csv", roster) == (2, 1, ["roemax_4712"])
    head, _, jane, _ = rows(tmp_path / "a.csv")
    assert head[5:] == ["01_dataset (88)", "03_diffusion"]
    assert jane == ["Doe, Jane", "4711", "s1", "jane", "Motion 1", "5.5", "11"]


def test_a_roster_with_semicolons(term, tmp_path):
    roster = tmp_path / "canvas.csv"
    roster.write_text('Student;ID;01_dataset (88)\n"Doe, Jane";4711;\n')
    assert export(term, "canvas", tmp_path / "a.csv", roster) == (2, 1, ["roemax_4712"])
    head, _, jane, _ = rows(tmp_path / "a.csv")
    assert head[5] == "01_dataset (88)" and jane[:2] == ["Doe, Jane", "4711"]


@pytest.mark.parametrize("name, column", [("jane", 0), ("300123", 1), ("jane@example.org", 2)])
def test_moodle_gets_the_identity_that_there_is(name, column, term, tmp_path):
    term._marks = [Mark(name, "01_dataset", "code2", 3, 4, "", False)]
    export(term, "moodle", tmp_path / "a.csv")
    head, row = rows(tmp_path / "a.csv")
    assert head == ["Username", "ID number", "Email address", "01_dataset", "03_diffusion"]
    assert row[column] == name and [*row[:column], *row[column + 1 : 3]] == ["", ""] and row[3:] == ["3", ""]


def test_moodle_own_table_turns_names_into_addresses(term, tmp_path):
    """Moodle's downloads carry full names, and its import does not know these."""
    term._marks = [Mark("Jane_Doe", "01_dataset", "code2", 3, 4, "", False)]
    roster = tmp_path / "moodle.csv"
    roster.write_text(
        "First name,Last name,ID number,Email address,Assignment: 01_dataset (Real)\n"
        "Max,Roe,7,max@example.org,-\nJane,Doe,8,jane@example.org,-\n"
    )
    export(term, "moodle", tmp_path / "a.csv", roster)
    head, row = rows(tmp_path / "a.csv")
    assert head[3:5] == ["Email address", "Assignment: 01_dataset (Real)"]
    assert row == ["Jane", "Doe", "8", "jane@example.org", "3", ""]


NAMESAKES = (
    "First name,Last name,Username,ID number,Email address\n"
    "Minji,Kim,mkim,1,m@example.org\nJane,Doe,jd1,2,j1@example.org\nJane,Doe,jd2,3,j2@example.org\n"
    "Ada,Berg,ada,4,ada@example.org\n"
)


@pytest.mark.parametrize(
    "students, listed",
    [
        (["Kim"], ["Kim"]),  # a last name alone is nobody
        (["Jane"], ["Jane"]),
        (["Jane_Doe"], ["Jane_Doe (2 rows fit)"]),
        (["jd2", "Minji_Kim"], []),
        (["Ada_Berg", "ada"], ["Ada_Berg (the same row fits ada)", "ada (the same row fits Ada_Berg)"]),
    ],
)
def test_who_is_not_unique_in_the_roster_gets_nobodys_row(students, listed, term, tmp_path):
    term._marks = [Mark(who, "01_dataset", "code2", 3, 4, "", False) for who in students]
    roster = tmp_path / "moodle.csv"
    roster.write_text(NAMESAKES)
    assert export(term, "moodle", tmp_path / "a.csv", roster) == (len(students), 0, listed)
    found = {row[2]: row[5] for row in rows(tmp_path / "a.csv")[1:] if row[2]}
    assert found == ({} if listed else {"jd2": "3", "mkim": "3"})


@pytest.mark.parametrize(
    "name, shown",
    [("0012345", "12345"), ("1E5", "100000"), ("1E5", "1,00E+05"), ("123456789012", "1.23E+11")],
)
def test_numbers_of_a_roster_that_a_spreadsheet_has_changed(name, shown, term, tmp_path):
    """The platform gets back the number that it knows."""
    term._marks = [Mark(name, "01_dataset", "code2", 3, 4, "", False)]
    roster = tmp_path / "moodle.csv"
    roster.write_text(f"First name;Last name;ID number\nMax;Roe;7\nJane;Doe;{shown}\n")
    assert export(term, "moodle", tmp_path / "a.csv", roster) == (1, 0, [])
    assert rows(tmp_path / "a.csv")[1][:4] == ["Jane", "Doe", name, "3"]


def test_a_long_number_of_canvas_that_a_spreadsheet_has_changed(term, tmp_path):
    term._marks = [Mark("doejane_123456789012", "01_dataset", "code2", 3, 4, "", False)]
    roster = tmp_path / "canvas.csv"
    roster.write_text('Student;ID;SIS Login ID;Section\n"Doe, Jane";1,23457E+11;jane;M\n')
    assert export(term, "canvas", tmp_path / "a.csv", roster) == (1, 0, [])
    assert rows(tmp_path / "a.csv")[2][:4] == ["Doe, Jane", "123456789012", "", "jane"]


def test_a_changed_number_that_fits_two_rows_gets_nobodys(term, tmp_path):
    term._marks = [Mark("0012345", "01_dataset", "code2", 3, 4, "", False)]
    roster = tmp_path / "moodle.csv"
    roster.write_text("First name,ID number\nJane,12345\nMax,12345\n")
    assert export(term, "moodle", tmp_path / "a.csv", roster) == (1, 0, ["0012345 (2 rows fit)"])


def test_canvas_namesakes_are_told_apart_by_number_only(term, tmp_path):
    term._marks = [Mark(who, "01_dataset", "code2", 3, 4, "", False) for who in ("doejane_11", "Doe")]
    roster = tmp_path / "canvas.csv"
    roster.write_text('Student,ID,SIS Login ID,Section\n"Doe, Jane",11,a,Doe\n"Doe, Jane",1,b,Doe\n')
    assert export(term, "canvas", tmp_path / "a.csv", roster) == (2, 0, ["Doe"])
    assert [row[1] for row in rows(tmp_path / "a.csv")[2:]] == ["11", ""]
