"""The student tree: all that a course's own repository needs, and no solutions, no grading, no tests."""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from grading.build.notebooks import course, write_notebooks
from grading.paths import ROOT
from labkit.exercises.mine import NAME as ANSWERS
from labkit.paths import LabError
from labkit.stubs import EXERCISES, stubs

FILES = ("constraints.txt", "environment.yml", "LICENSE", "NOTICE.md", "docs/colab.md", "docs/reading.md")
GITHUB = {"check.yml": ".github/workflows/check.yml", "autograder.py": ".github/classroom50/autograder.py"}
FOLDERS = ("labkit", "data/body", "data/checkpoints", "data/reference", "data/starter")
KINDS = (".css", ".csv", ".js", ".json", ".md", ".npz", ".py", ".safetensors", ".typed", ".z", "")
MANIFEST = ".labkit-release"  # the files of a release, so that the next one knows what it may replace


def release(folder: Path, repository: str | None = None, branch: str | None = None) -> int:
    """Write the student tree → number of files.

    Files that are in `folder` and not ours (.git, a syllabus) stay. Everything is made beside the folder and
    put in its place at the end. Raises LabError where the folder holds something else than a former release,
    the address is none, or a stub of labkit is filled in.
    """
    settings = course()
    settings |= {k: v for k, v in dict(repository=repository, branch=branch).items() if v}
    settings["repository"] = settings["repository"].rstrip("/").removesuffix(".git")
    if not re.fullmatch(r"https://[\w.-]+(/[\w.~-]+)+", settings["repository"]):
        raise LabError(f"{settings['repository']} is no address: --repository https://github.com/OWNER/NAME")
    check_stubs()
    folder = folder.expanduser().absolute()
    former = manifest(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as temporary:
            new = Path(temporary) / "new"
            fill(new, settings)
            files = sorted(str(path.relative_to(new)) for path in new.rglob("*") if path.is_file())
            (new / MANIFEST).write_text(json.dumps(files, indent=0) + "\n", "utf-8")
            if folder.exists():
                keep_others(folder, new, former)
                folder.rename(Path(temporary) / "old")
            new.rename(folder)
    except OSError as error:
        raise LabError(f"cannot write {folder}: {error.strerror or error}") from error
    return len(files)


def manifest(folder: Path) -> set[str]:
    """The files of a former release. Raises LabError where the folder is something else."""
    if not folder.exists():
        return set()
    if not folder.is_dir():
        raise LabError(f"{folder} is a file: name a folder to release into")
    if not any(path.name != ".git" for path in folder.iterdir()):
        return set()
    try:
        return {*json.loads((folder / MANIFEST).read_text("utf-8")), MANIFEST}
    except (OSError, ValueError, TypeError):
        raise LabError(f"{folder} is not empty and no former release: name a new folder") from None


def keep_others(old: Path, new: Path, former: set[str]) -> None:
    """Copy what is in the old folder and was not released into it."""
    for path in sorted(old.rglob("*")):
        relative = path.relative_to(old)
        target = new / relative
        if path.is_dir() and not path.is_symlink():
            if relative.parts[0] == ".git":
                target.mkdir(parents=True, exist_ok=True)
        elif str(relative) not in former and not target.exists() and "__pycache__" not in relative.parts:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target, follow_symlinks=False)


def check_stubs() -> None:
    """Raises LabError where an answer was written into labkit itself: it would go out to all students."""
    for exercise in EXERCISES:
        for entry in stubs(exercise):
            if entry.own.__code__.co_names != ("NotImplementedError",):
                raise LabError(f"labkit's own {entry.name} is filled in: run python -m grading build first")


def fill(new: Path, settings: dict) -> None:
    for source in sources():
        target = new / source.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    for source, target in GITHUB.items():
        (new / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path(__file__).parent / "github" / source, new / target)
    write_notebooks(new / "notebooks", settings)
    (new / "pyproject.toml").write_text(pyproject((ROOT / "pyproject.toml").read_text("utf-8")), "utf-8")
    shutil.copyfile(ROOT / "environment.yml", new / "environment.yml")
    readme = (ROOT / "grading" / "student_readme.md").read_text("utf-8")
    for key in ("repository", "branch"):
        readme = readme.replace(key.upper(), settings[key])
    (new / "README.md").write_text(readme, "utf-8")
    (new / ".gitignore").write_text(".venv/\n__pycache__/\n.ipynb_checkpoints/\nout/\nruns/\n", "utf-8")


def sources() -> Iterator[Path]:
    """All files of the course that go out. An instructor's own, which may hold answers, are none of them:
    hidden files, an editor's copies (ddpm.py~, ddpm.py.orig), stored answers."""
    yield from (ROOT / name for name in FILES if (ROOT / name).is_file())
    for name in FOLDERS:
        for path in sorted((ROOT / name).rglob("*")):
            hidden = any(part.startswith((".", "__pycache__")) for part in path.relative_to(ROOT).parts)
            if path.is_file() and not hidden and path.suffix in KINDS and path.name != ANSWERS:
                yield path


def pyproject(text: str) -> str:
    """Without what only this repository needs: settings of tools, and every extra but the notebooks'."""
    sections = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    kept = [s for s in sections if not s.startswith(("[tool.pytest", "[tool.ruff", "[tool.pyright"))]
    for i, section in enumerate(kept):
        if section.startswith("[project.optional-dependencies]"):
            notebook = next(line for line in section.splitlines() if line.startswith("notebook ="))
            kept[i] = f"[project.optional-dependencies]\n{notebook}\n\n"
    return "".join(kept).rstrip() + "\n"
