"""What the head makes of results: stopped at any moment, disturbed by none; and regrades."""

import csv
import multiprocessing
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import nbformat
import pytest
import toy_pool
from nbformat.v4 import new_code_cell
from toy_course import Student, check, copied, meta, toy_notebooks
from toy_pool import MOMENTS, Workers, gradebook

from grading import cli
from grading.batch import autograde as head
from grading.batch import jobs
from grading.batch.autograde import StoredResult, autograde, is_new
from grading.batch.jobs import Job, Result
from grading.batch.pool import Pool
from grading.batch.regrade import Regrade
from grading.build import notebooks
from grading.course import Course
from grading.intake.collect import collect
from labkit.paths import LabError

NAME = "03_diffusion"
CLASS = {"ada": (10, 5), "ben": (6, 0), "cleo": (0, 2.5)}  # points for code7 and code8


def sources(folder: Path) -> None:
    """The toy course's notebook, with a second exercise."""
    notebook = toy_notebooks()[NAME]
    notebook.cells += [new_code_cell("pass", id="code8", metadata=meta("code8", False, True))]
    notebook.cells += [check("code8", 5)]
    notebooks.write(folder / NAME / f"{NAME}.ipynb", notebook)


@pytest.fixture(scope="module")
def collected(tmp_path_factory) -> Course:
    folder = tmp_path_factory.mktemp("collected")
    course = Course(folder / "course")
    course.prepare(sources)
    for who, (seven, eight) in CLASS.items():
        hers = Student(course.released()[NAME])
        hers.write("code7", f"# code7 earns {seven}")
        hers.write("code8", f"# code8 earns {eight}")
        if who != "cleo":
            hers.write("answer-q6", f"<!-- answer q6 -->\nNoise, says {who}.")
        hers.hand_in(folder / "inbox" / who)
    assert len(collect(course, folder / "inbox")) == 3
    course.seed()
    return course


@pytest.fixture
def course(collected, tmp_path) -> Course:
    return copied(collected, tmp_path)


@pytest.fixture
def workers(monkeypatch) -> Workers:
    monkeypatch.setattr(head, "pool_for", Workers())
    return head.pool_for


def points(course: Course, *exercises: str) -> dict[str, tuple]:
    found = {(mark.student, mark.name): mark.points for mark in course.marks()}
    return {who: tuple(found.get((who, e)) for e in exercises) for who in CLASS}


def everything(course: Course) -> tuple:
    notebooks = {p.parent.parent.name: p.read_text("utf-8") for p in course.autograded.rglob("*.ipynb")}
    return gradebook(course), notebooks


@pytest.fixture(scope="module")
def undisturbed(collected, tmp_path_factory) -> tuple:
    course = copied(collected, tmp_path_factory.mktemp("undisturbed"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(head, "pool_for", Workers())
        assert autograde(course, course.submissions()) == {}
    assert points(course, "code7", "code8") == CLASS
    return everything(course)


# ------------------------------------------------------------------------------------------------------------
#                                             Killed, crashed, hostile
# ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_loses_no_finished_result(course, workers, undisturbed, moment):
    victim = multiprocessing.get_context("fork").Process(target=toy_pool.die_at, args=[moment, course])
    victim.start()
    victim.join()
    assert victim.exitcode == -9
    kept = {path.parts[-2] for path in course.results.glob("*/*.json") if not path.name.startswith(".")}
    todo = [pair for pair in course.submissions() if is_new(course, *pair)]
    finished = 1 if moment == "result here, not on disk" else 2  # of three
    assert len(todo) <= 2 and len({who for who, _ in todo} - kept) == 3 - finished
    assert autograde(course, todo) == {}
    assert len(workers.jobs) == 3 - finished
    assert everything(course) == undisturbed


def test_a_kept_result_of_other_settings_or_another_notebook_is_not_taken(course, workers):
    pair = ("ada", NAME)
    autograde(course, [pair], timeout=60)
    (job,) = workers.jobs
    kept = StoredResult(course, *pair)
    kept.write(job, Result("", 0, ""))
    assert kept.read(job) == Result("", 0, "")
    autograde(course, [pair], timeout=61)
    assert len(workers.jobs) == 2 and not kept.path.exists()
    kept.path.write_text('{"key": ')
    assert kept.read(job) is None


def test_whose_notebook_it_is_no_worker_knows(course, workers):
    autograde(course, course.submissions())
    assert len(workers.jobs) == 3
    for job in workers.jobs:
        text = re.sub(r"says \w+", "", repr(job))  # what she wrote herself
        assert not [who for who in CLASS if re.search(rf"\b{who}\b", text)]


BAD = {
    "a crash": lambda job: Result("", 0, "the worker process died (exit code -9)"),
    "not JSON": lambda job: Result("{", 0),
    "deep": lambda job: Result("[" * 10**6, 0),
    "no notebook": lambda job: Result('["cells"]', 0),
    "other cells": lambda job: Result(toy_pool.run(job).notebook.replace("check-code7", "check-code9"), 0),
    "an error of Dask's": lambda job: 1 / 0,
}


@pytest.mark.parametrize("bad", [Result("half", 60, timed_out=True), Result("", 60, "no kernel")], ids=repr)
def test_what_timed_out_beside_others_is_repeated_alone(bad):
    """Another process that uses the processor changes no points."""
    together, running, most = Barrier(2), set(), {}
    jobs = {who: Job(who, (), (), 0) for who in ("hog", "honest", "third")}

    def run(job: Job) -> Result:
        first = job.notebook not in most
        running.add(job.notebook)
        if first and job.notebook != "third":
            together.wait(timeout=60)  # until both are at it
        most[job.notebook] = set(running)
        running.discard(job.notebook)
        return bad if first and job.notebook == "honest" else Result(f"all of {job.notebook}", 1)

    with ThreadPoolExecutor(2) as threads:
        pool = Pool(lambda job: threads.submit(run, job), lambda: 2)
        results = list(pool.results(jobs.items()))
    assert dict(results) == {who: Result(f"all of {who}", 1) for who in jobs}
    assert len(results) == 3 and results[-1][0] == "honest" and most["honest"] == {"honest"}


def test_what_timed_out_alone_is_not_repeated():
    late, tries = Result("half", 60, timed_out=True), []
    pool = Workers(lambda job: tries.append(job) or late)
    with pool(1, None, True) as only:
        assert list(only.results([("she", Job("x", (), (), 0))])) == [("she", late)]
    assert len(tries) == 1


@pytest.mark.parametrize("name", BAD)
def test_what_goes_wrong_costs_one_submission(course, monkeypatch, name):
    def run(job):
        return BAD[name](job) if "code7 earns 6" in job.notebook else toy_pool.run(job)

    monkeypatch.setattr(head, "pool_for", Workers(run))
    failures = autograde(course, course.submissions())
    assert list(failures) == [("ben", NAME)] and len(failures["ben", NAME]) > 5
    assert failures["ben", NAME] in course.log_path("ben", NAME).read_text("utf-8")
    seven = points(course, "code7")
    assert seven["ada"] == (10,) and seven["cleo"] == (0,)
    assert [pair for pair in course.submissions() if is_new(course, *pair)] == [("ben", NAME)]
    monkeypatch.setattr(head, "pool_for", Workers())
    assert autograde(course, [("ben", NAME)]) == {} and points(course, "code7")["ben"] == (6,)


def test_where_no_worker_can_work_all_is_stopped_with_one_line(course, monkeypatch):
    def run(job):
        raise LabError("worker tcp://a has another version")

    monkeypatch.setattr(head, "pool_for", Workers(run))
    with pytest.raises(LabError, match="another version"):
        autograde(course, course.submissions())


def test_a_file_of_the_clone_that_cannot_be_read_stops_before_the_work(course, monkeypatch, tmp_path):
    (tmp_path / "labkit").mkdir()
    (tmp_path / "labkit" / "gone.py").symlink_to("nowhere")
    monkeypatch.setattr(jobs, "ROOT", tmp_path)
    monkeypatch.setattr(head, "version", jobs.version.__wrapped__)  # not what is cached
    monkeypatch.setattr(head, "pool_for", None)
    with pytest.raises(LabError, match=r"cannot read .*gone.py \(No such file.*chmod"):
        autograde(course, course.submissions())


def test_ctrl_c_says_how_far_it_came(course, monkeypatch, capsys):
    def run(job):
        if "code7 earns 6" in job.notebook:
            raise KeyboardInterrupt
        return toy_pool.run(job)

    monkeypatch.setattr(head, "pool_for", Workers(run))
    assert cli.main(["autograde", "--course", str(course.root), "--workers", "1"]) == 130
    assert capsys.readouterr().err == "grading: stopped; 1 of 3 are graded, the same command goes on\n"


# ------------------------------------------------------------------------------------------------------------
#                                                 Grading again
# ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def marked(course, workers) -> Course:
    """Graded, ada's answer too, and code7 of hers by hand."""
    autograde(course, course.submissions())
    with course.gradebook() as book:
        grade = book.find_grade("answer-q6", NAME, NAME, "ada")
        grade.manual_score, grade.needs_manual_grade = 3, False
        book.find_comment("answer-q6", NAME, NAME, "ada").manual_comment = "Well seen"
        book.db.commit()
    return course


@pytest.mark.parametrize("picture", ["aGk=", "aG8="])
def test_a_new_picture_under_the_same_text_is_a_new_answer(marked, workers, picture):
    path = marked.submitted_path("ada", NAME)

    def hand_in(data: str) -> None:
        notebook = nbformat.read(path, 4)
        answer = next(cell for cell in notebook.cells if cell.id == "answer-q6")
        answer.attachments = {"image.png": {"image/png": data}}
        nbformat.write(notebook, path)
        autograde(marked, [("ada", NAME)])

    def graded() -> bool:
        with marked.gradebook() as book:
            return not book.find_grade("answer-q6", NAME, NAME, "ada").needs_manual_grade

    hand_in("aGk=")
    with marked.gradebook() as book:
        book.find_grade("answer-q6", NAME, NAME, "ada").needs_manual_grade = False
        book.db.commit()
    assert graded()
    hand_in(picture)
    assert graded() is (picture == "aGk=")


def stricter(job) -> Result:
    """Both checks have changed."""
    text = job.notebook.replace("code7 earns 6", "code7 earns 4").replace("code8 earns 2.5", "code8 earns 1")
    return toy_pool.run(type(job)(text, *list(vars(job).values())[1:]))


def again(course: Course, *options: str) -> int:
    return cli.main(["autograde", "--course", str(course.root), "--again", *options])


def table(course: Course) -> list[list[str]]:
    (path,) = course.root.glob("regrade_*.csv")
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


def test_a_regrade_without_a_change_changes_nothing(marked, capsys):
    before = everything(marked)
    assert again(marked) == 0
    assert everything(marked) == before and table(marked) == []
    assert "0 changed" in capsys.readouterr().out


def test_a_regrade_tells_what_changed(marked, monkeypatch, capsys):
    monkeypatch.setattr(head, "pool_for", Workers(stricter))
    assert again(marked) == 0
    lines = [f"ben  {NAME}  code7  6 -> 4", f"cleo  {NAME}  code8  2.5 -> 1"]
    assert capsys.readouterr().out.splitlines()[:2] == lines
    assert table(marked) == [["ben", NAME, "code7", "6", "4"], ["cleo", NAME, "code8", "2.5", "1"]]
    assert points(marked, "code7", "code8", "q6") == {
        "ada": (10, 5, 3), "ben": (4, 0, None), "cleo": (0, 1, 0),
    }  # fmt: skip


def test_a_regrade_of_one_exercise_touches_nothing_else(marked, monkeypatch, capsys):
    monkeypatch.setattr(head, "pool_for", Workers(stricter))
    before, texts = everything(marked)
    assert again(marked, "--exercise", "code8") == 0
    after, now = everything(marked)
    (old,) = before - after
    (new,) = after - before
    assert old[:3] == ("cleo", "check-code8", 2.5) and new == (*old[:2], 1, *old[3:])
    assert [who for who in CLASS if texts[who] != now[who]] == ["cleo"]  # ben's page says 6 still
    assert again(marked, "--exercise", "code2") == 1
    assert cli.main(["autograde", "--course", str(marked.root), "--exercise", "code7"]) == 1
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 2 and "--again" in errors[1]


def test_a_regrade_of_one_student(marked, monkeypatch):
    monkeypatch.setattr(head, "pool_for", Workers(stricter))
    assert again(marked, "--student", "cleo") == 0
    assert points(marked, "code7", "code8")["ben"] == (6, 0) and len(table(marked)) == 1


def test_a_regrade_goes_on_where_it_was_stopped(marked, monkeypatch):
    def until_cleo(job):
        if "earns 2.5" in job.notebook:
            raise KeyboardInterrupt
        return stricter(job)

    monkeypatch.setattr(head, "pool_for", Workers(until_cleo))
    assert again(marked, "--workers", "1") == 130
    assert points(marked, "code7")["ben"] == (4,)
    rest = Workers(stricter)
    monkeypatch.setattr(head, "pool_for", rest)
    assert again(marked) == 0
    assert len(rest.jobs) == 1
    assert [row[0] for row in table(marked)] == ["ben", "cleo"]  # what the first half changed is not lost


def test_a_stopped_regrade_is_closed_by_another_one(marked):
    everyone = marked.submissions()
    first = Regrade(marked, everyone)
    assert first.left() == everyone
    second = Regrade(marked, everyone[:1])
    assert second.left() == everyone[:1]
    assert table(marked) == [] and second.path.is_file()


@pytest.mark.parametrize("damaged", [b"", b"{", b"[]", b'{"asked": {}}', b"\xff"])
def test_a_damaged_regrade_is_named(marked, capsys, damaged):
    path = Regrade(marked, marked.submissions()).path
    path.write_bytes(damaged)
    assert again(marked) == 1
    assert f"{path} is damaged: remove it" in capsys.readouterr().err
    path.unlink()
    assert again(marked) == 0


def test_a_damaged_seed_or_release_is_named(course, capsys):
    (course.root / "hidden_seed.txt").write_text("12x")
    with pytest.raises(LabError, match="hidden_seed.txt is damaged: put it back from a copy"):
        course.seed()
    (path,) = course.release.glob("*/*.ipynb")
    for damaged in (b"", b"{", b"[]", b"{}", b"\xff"):
        path.write_bytes(damaged)
        with pytest.raises(LabError, match="is damaged: run python -m grading build again"):
            course.released()


def test_an_answer_that_changed_waits_for_somebody_again(marked):
    path = marked.submitted_path("ada", NAME)
    path.write_text(path.read_text("utf-8").replace("Noise, says ada", "Noise, says Ada"), "utf-8")
    autograde(marked, [("ada", NAME)])
    assert points(marked, "q6")["ada"] == (None,)
