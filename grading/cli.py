"""The instructor's commands. Nothing is computed here."""

import argparse
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from grading.paths import ROOT
from labkit.cli import Parser
from labkit.cores import cores
from labkit.errors import reader_left
from labkit.paths import LabError, alone

EPILOG = """first:
  python -m grading doctor                    does grading work on this machine? With a self-test

instead of a whole round, on Gradescope:
  python -m grading package gradescope --notebook 03      an autograder to upload

a whole round:
  python -m grading build                     notebooks, checks, and their gradebook
  python -m grading release ../my-course      what students get, ready to be pushed
  python -m grading collect downloads/        their notebooks, as they come from Canvas, Moodle, a folder ...
  python -m grading autograde                 runs them; prints points, student by student
  python -m grading answers --out a.csv       written answers and rubrics; fill in points and comments
  python -m grading answers --in a.csv        ... and back
  python -m grading feedback                  a page for each student and notebook
  python -m grading export --format canvas    a table to import
  python -m grading report                    how the class did, as a page

Everything about one run of the course is in one folder, --course (default: grading/course).
docs/instructors.md describes every step.
"""


def build_parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="python -m grading",
        description="Build the course, hand it out, take it back, grade it.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, does: str, more: str = "") -> argparse.ArgumentParser:
        p = commands.add_parser(
            name,
            help=does,
            description=f"{does} {more}",
            formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        )
        if name not in ("release", "doctor"):
            p.add_argument(
                "--course",
                type=Path,
                default=ROOT / "grading" / "course",
                help="folder of this run of the course",
            )
        return p

    add(
        "doctor", "Check that grading works on this machine.",
        "Prints what is there, what is weaker than it could be, and what prevents grading, with the next "
        "step. Grades three small submissions: a right answer, an endless loop, and one that looks for "
        "solutions. Exit status 1 where grading does not work.",
    )  # fmt: skip

    p = add(
        "package", "Write an autograder for another platform.",
        "Gradescope: a zip file to upload. It contains the reference solutions and the seed of the hidden "
        "inputs, so keep it private.",
    )  # fmt: skip
    p.add_argument("platform", choices=("gradescope",))
    p.add_argument("--notebook", required=True, metavar="NN", help="its number, such as 03")
    p.add_argument("--out", type=Path, default=Path("autograder.zip"), metavar="FILE.zip")

    add("build", "Make notebooks, stubs and checks from solutions/, and register them in the gradebook.")

    p = add(
        "release", "Write what students get into a folder.",
        "Ready to be pushed to a repository of the course's own. A former release is replaced; files you "
        "added to it stay.",
    )  # fmt: skip
    p.add_argument("folder", type=Path, metavar="DIR")
    p.add_argument(
        "--repository", help="its address, for badges and set-up cells; else grading/course.toml's"
    )
    p.add_argument("--branch", help="likewise")

    p = add(
        "collect", "Take in submissions from a folder, and repair changes by editors.",
        "One folder a student, or what Canvas, Moodle and Gradescope let you download, zipped or not. Names "
        "of files do not matter: a notebook is identified by its content. Your folder is only read.",
    )  # fmt: skip
    p.add_argument("folder", type=Path, metavar="DIR")

    p = add("autograde", "Run what is new among the collected notebooks and store the points.")
    p.add_argument("--assignment", default="*", help="one notebook only, such as 03_diffusion")
    p.add_argument("--student", default="*", help="one student only")
    p.add_argument(
        "--again", action="store_true", help="also what was graded already; prints and stores the changes"
    )
    p.add_argument("--exercise", help="with --again: write the points of this exercise only, such as code7")
    p.add_argument("--workers", type=positive, default=cores(), help="notebooks at the same time")
    p.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster that does it, tcp://host:8786")
    p.add_argument("--timeout", type=positive, default=120, help="seconds that a cell may take")
    p.add_argument(
        "--unsafe", action="store_true",
        help="without a sandbox: a submission can do whatever you can, read solutions and change grades too",
    )  # fmt: skip

    p = add("answers", "Written answers out to a spreadsheet, or points and comments back in.")
    way = p.add_mutually_exclusive_group(required=True)
    way.add_argument("--out", type=Path, metavar="FILE.csv", help="write answers and rubrics")
    way.add_argument("--in", type=Path, metavar="FILE.csv", dest="file", help="read points and comments")

    add("feedback", "Write a page for each student and notebook into COURSE/feedback.")

    p = add(
        "report", "Write COURSE/report.html: points, common mistakes, what is ungraded, how long it took."
    )
    p.add_argument("--names", action="store_true", help="with students' names: not for publication")

    p = add("export", "Write the points as a table.")
    p.add_argument("--format", choices=("canvas", "moodle", "csv"), default="csv")
    p.add_argument("--out", type=Path, help="the file (default: COURSE/grades_FORMAT.csv)")
    p.add_argument(
        "--roster", type=Path, metavar="FILE.csv",
        help="the table that your platform exports: names, numbers and columns are taken from it",
    )  # fmt: skip
    return parser


def positive(text: str) -> int:
    if not (text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of 1 or more")
    return int(text)


def doctor(args) -> int:
    from grading.doctor import doctor

    return 1 if doctor() else 0


def build(args) -> None:
    from grading.build import everything, notebooks
    from grading.course import Course

    everything.build()
    course = Course(args.course)
    course.prepare(notebooks.write_sources)
    print(f"{course.root}: gradebook of {', '.join(course.released())}")


def package(args) -> None:
    from grading.course import Course
    from grading.gradescope.package import package

    name = package(Course(args.course), args.notebook, args.out)
    print(f"{args.out}: the autograder of {name}; it contains solutions, keep it private")


def release(args) -> None:
    from grading.build.release import release

    files = release(args.folder, args.repository, args.branch)
    print(f"{args.folder}: {files} files, no solutions among them")


def collect(args) -> None:
    from grading.course import Course
    from grading.intake.collect import collect

    lines = collect(Course(args.course), args.folder)
    for line in lines:
        if line.taken:
            print(f"{line.student:20} {line.assignment:16} {line.text}")
    for line in lines:
        if not line.taken:
            print(f"left out: {line.file}: {line.text}")
    print(f"{sum(line.taken for line in lines)} of {len(lines)} files taken")


def autograde(args) -> int:
    from grading.batch.autograde import autograde, is_new
    from grading.batch.regrade import Regrade, graded_with
    from grading.course import Course

    course = Course(args.course)
    chosen = course.submissions(args.assignment, args.student)
    if not chosen:
        raise LabError("nothing to grade: collect first, or look at the names given")
    if args.exercise and not args.again:
        raise LabError("--exercise is for grading again: add --again")
    if args.exercise:
        chosen = graded_with(course, args.exercise, chosen)
    again = Regrade(course, chosen, args.exercise) if args.again else None
    todo = again.left() if again else [pair for pair in chosen if is_new(course, *pair)]
    failures = autograde(
        course, todo, args.timeout, safe=not args.unsafe, workers=args.workers, scheduler=args.scheduler,
        only=args.exercise,
    )  # fmt: skip
    if again:
        changes, table = again.finish()
        print(*changes, f"{len(changes)} changed, see {table}", sep="\n")
    else:
        print_points(course, failures)
    print(f"{len(todo) - len(failures)} graded now, {len(chosen) - len(todo)} before")
    for (student, assignment), reason in failures.items():
        print(f"not graded: {student} {assignment}: {reason} (COURSE/logs/{student}_{assignment}.txt)")
    return 1 if failures else 0


def print_points(course, failures) -> None:
    """A table of students and exercises; "?" is not graded yet."""
    marks = course.marks()
    names = list(dict.fromkeys(mark.name for mark in sorted(marks, key=lambda mark: mark.assignment)))
    width = max([len(mark.student) for mark in marks] + [7])
    columns = [max(len(name), 4) for name in names]
    print(" ".join([" " * width, *(f"{n:>{w}}" for n, w in zip(names, columns))]))
    for student in dict.fromkeys(mark.student for mark in marks):
        mine = {
            mark.name: "?" if mark.points is None else f"{mark.points:g}"
            for mark in marks
            if mark.student == student and (student, mark.assignment) not in failures
        }
        print(" ".join([f"{student:{width}}", *(f"{mine.get(n, ''):>{w}}" for n, w in zip(names, columns))]))


def answers(args) -> None:
    from grading.book import written
    from grading.build import notebooks
    from grading.course import Course

    course = Course(args.course)
    if args.file:
        print(f"{written.read_in(course, args.file)} answers graded")
    else:
        total, open_ = written.write_out(course, args.out, notebooks.rubrics())
        print(f"{args.out}: {total} answers, {open_} of them to be graded")


def feedback(args) -> int:
    from grading.book.feedback import feedback
    from grading.course import Course

    course = Course(args.course)
    pages, problems = feedback(course)
    print(f"{pages} pages in {course.feedback}")
    for (student, assignment), reason in problems.items():
        print(f"{student} {assignment}: {reason}")
    return 0 if pages == len(course.submissions()) else 1


def report(args) -> None:
    from grading.book.report import report
    from grading.course import Course

    print(report(Course(args.course), args.names))


def export(args) -> None:
    from grading.book.export import export
    from grading.course import Course

    course = Course(args.course)
    path = args.out or course.root / f"grades_{args.format}.csv"
    students, open_, unknown = export(course, args.format, path, args.roster)
    print(f"{path}: {students} students")
    if open_:
        print(f"answers without points, which count nothing here: {open_}")
    if unknown:
        print(f"without a row in {args.roster}: {', '.join(unknown)}")


COMMANDS = dict(
    doctor=doctor, build=build, release=release, package=package, collect=collect, autograde=autograde,
    answers=answers, feedback=feedback, export=export, report=report,
)  # fmt: skip


CHANGING = ("build", "collect", "autograde", "feedback")  # two at once would overwrite each other's files


def to_itself(args) -> AbstractContextManager:
    """Reserve the course folder for this process, where there is one and the command writes to it."""
    if args.command in CHANGING and (folder := args.course.expanduser()).is_dir():
        return alone(folder, "wait for its end")
    return nullcontext()


def main(argv: list[str] | None = None) -> int:
    args = build_parser().parse_args(argv)
    try:
        with to_itself(args):
            status = COMMANDS[args.command](args) or 0
            print(end="", flush=True)
            return status
    except BrokenPipeError:
        return reader_left()
    except (LabError, OSError) as error:  # OSError: a folder not to be written to, a full disk
        print(f"grading: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt as stop:
        print(f"grading: stopped; {stop or 'what is done is kept'}", file=sys.stderr)
        return 130
