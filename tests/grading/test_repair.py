import base64
import json
import time

import nbformat
import pytest
from hostile import Hostile
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell
from toy_course import ANSWER, Student, check, meta

from grading.build.notebooks import release as make_release
from grading.intake import repair
from grading.intake.outputs import inert
from grading.intake.repair import Refused, take_in

SPECIAL = ["setup", "code7", "check-code7", "q6", "answer-q6", "bonus1", "answer-bonus1"]


def by_id(taken) -> dict:
    return {cell.id: cell for cell in taken.notebook.cells}


def order(taken) -> list[str]:
    return [cell.id for cell in taken.notebook.cells if cell.id in SPECIAL]


def frame(notebook) -> list:
    """What nbgrader and a reader see of the released cells: text and metadata."""
    return [(c.id, c.source, c.metadata) for c in notebook.cells if c.id in SPECIAL]


def test_untouched_notebook_passes_as_it_is(student, releases):
    taken = take_in(student().bytes(), releases)
    assert taken.assignment == "03_diffusion" and taken.notes == []
    assert frame(taken.notebook) == frame(releases["03_diffusion"])
    assert [c.source for c in taken.notebook.cells] == [c.source for c in releases["03_diffusion"].cells]


def test_colab_changes_nothing_but_metadata(student, releases):
    hers = student()
    hers.solve()
    direct, colab = take_in(hers.bytes(), releases), take_in(hers.through_colab(), releases)
    assert direct.notebook == colab.notebook
    assert colab.notes == ["metadata of 7 cells restored"]
    assert by_id(colab)["code7"].source == ANSWER


def test_text_in_one_piece_with_windows_line_ends_and_a_byte_order_mark(student, releases):
    plain = json.loads(student().bytes())
    for cell in plain["cells"]:
        cell["source"] = "".join(cell["source"]).replace("\n", "\r\n")
    taken = take_in(b"\xef\xbb\xbf" + json.dumps(plain).encode(), releases)
    assert frame(taken.notebook) == frame(releases["03_diffusion"])


def test_which_notebook_comes_from_its_content(student, releases):
    assert take_in(student("01_dataset").through_colab(), releases).assignment == "01_dataset"
    both = student("01_dataset")
    both.cells.extend(student().cells)  # most of it is of 03_diffusion
    assert take_in(both.through_colab(), releases).assignment == "03_diffusion"


@pytest.mark.parametrize(
    "data, why",
    [
        (b"", "not a notebook"),
        (b"PK\x03\x04 a zip file", "not a notebook"),
        (b"\xff\xfe\x00", "not a notebook"),
        (b'{"cells": [', "not a notebook"),
        (b"[" * 100_000, "not a notebook"),
        (b'{"nbformat": 3, "worksheets": []}', "without cells"),
        (b'{"nbformat": 3, "worksheets": [{"cells": 1}]}', "without cells"),
        (b'{"nbformat": 4, "cells": {}}', "without cells"),
        (b"[]", "not a notebook"),
        (b"1" * 5000, "not a notebook"),
        (b'{"nbformat": 4, "cells": [1]}', "an entry that is not a cell"),
        (b'{"nbformat": 4, "cells": []}', "no notebook of this course"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "print(1)"}]}', "no notebook of this"),
    ],
)
def test_other_files_are_refused_in_one_line(data, why, releases):
    with pytest.raises(Refused, match=why) as error:
        take_in(data, releases)
    assert "\n" not in str(error.value)


def test_large_files_are_refused(monkeypatch, student, releases):
    monkeypatch.setattr(repair, "LIMIT", 1000)
    with pytest.raises(Refused, match="larger than .*smaller pictures"):
        take_in(student().bytes(), releases)


@pytest.mark.parametrize(
    "data, why",
    [
        (b'{"nbformat": 4, "cells": [' + b"{}," * 3_000_000 + b"{}]}", "far too many values"),
        (b'{"nbformat": 4, "cells": [' + b"{}," * 20_000 + b"{}]}", "more than 12000 cells"),
        (json.dumps({"cells": [{"source": "x" * 5_000_000}]}).encode(), "more than 4 MB of text"),
    ],
)
def test_notebooks_that_would_eat_memory_are_refused(data, why, releases):
    with pytest.raises(Refused, match=why):
        take_in(data, releases)


def test_outputs_are_gone_whatever_is_in_them(student, releases):
    plain = json.loads(student().bytes())
    film = {"output_type": "display_data", "data": {"text/html": "A" * 20_000_000}, "metadata": {}}
    for cell in plain["cells"]:
        cell["outputs"] = [film, {"output_type": "forged", "data": 10}]
        film = {}
    taken = take_in(json.dumps(plain).encode(), releases)
    assert frame(taken.notebook) == frame(releases["03_diffusion"])
    assert all(not cell.get("outputs") for cell in taken.notebook.cells)


@pytest.mark.parametrize("version", [(4, 0), (4, 4), (4, 5), (4, 9), (5, 0), (3, 0), (2, 0)])
def test_notebooks_of_any_format(version, student, releases):
    """Older formats are written by nbformat itself."""
    hers = student()
    hers.solve()
    expected = take_in(hers.bytes(), releases).notebook
    major, minor = version
    notebook = hers.notebook if major >= 4 else nbformat.convert(hers.notebook, major)
    plain = json.loads(json.dumps(notebook)) | {"nbformat": major, "nbformat_minor": minor}
    taken = take_in(json.dumps(plain).encode(), releases)
    assert [c.source for c in taken.notebook.cells] == [c.source for c in expected.cells]
    assert frame(taken.notebook) == frame(expected)


def test_headings_of_format_3_stay_headings(student, releases):
    plain = json.loads(json.dumps(nbformat.convert(student().notebook, 3)))
    plain["worksheets"][0]["cells"].insert(0, {"cell_type": "heading", "level": 2, "source": ["Mine"]})
    assert take_in(json.dumps(plain).encode(), releases).notebook.cells[0].source == "## Mine"


@pytest.mark.parametrize("level", [2.0, "2", None, [2], 7])
def test_levels_that_are_none(level, student, releases):
    plain = json.loads(student().bytes())
    plain["cells"].insert(0, {"cell_type": "heading", "level": level, "source": "Mine"})
    assert take_in(json.dumps(plain).encode(), releases).notebook.cells[0].source == "# Mine"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_other_encodings(encoding, student, releases):
    hers = student()
    hers.write("answer-q6", "<!-- answer q6 -->\nRauschen, natürlich: ε")
    text = json.dumps(hers.notebook, ensure_ascii=False)
    taken = take_in(text.encode(encoding), releases)
    assert by_id(taken)["answer-q6"].source == "<!-- answer q6 -->\n\nRauschen, natürlich: ε"
    assert taken.notes == []


def test_small_damage_is_mended_and_told(student, releases):
    hers = student()
    hers.write("answer-q6", "<!-- answer q6 -->\nNat@rlich\tso")
    data = hers.bytes().replace(b"@rlich", b"\xfcrlich").replace(rb"\tso", b"\tso")  # a bare tab, a Latin-1 ü
    taken = take_in(data + b"\0\0\n{}", releases)
    assert by_id(taken)["answer-q6"].source.endswith("Nat\N{REPLACEMENT CHARACTER}rlich\tso")
    assert taken.notes == ["damaged characters", "text below its end ignored"]


def test_a_notebook_cut_short_anywhere_is_refused(student, releases):
    data = student().bytes()
    for length in range(0, len(data), 97):
        with pytest.raises(Refused, match="cut short"):
            take_in(data[:length], releases)


@pytest.mark.parametrize("attachments", [7, {"p": 7}, {"p": {"image/png": 7}}, {"p": {"image/png": ["a"]}}])
def test_attachments_that_are_none(attachments, student, releases):
    plain = json.loads(student().bytes())
    for cell in plain["cells"]:
        cell["attachments"] = attachments
    assert frame(take_in(json.dumps(plain).encode(), releases).notebook) == frame(releases["03_diffusion"])


def test_attachments_that_no_file_could_hold(student, releases):
    plain = json.loads(student().bytes())
    answer = next(cell for cell in plain["cells"] if cell["id"] == "answer-q6")
    answer["source"] = "<!-- answer q6 -->\nLook."
    answer["attachments"] = {"\ud800": {"image/png": "aGk=", "\udfff": "\ud800"}}
    notebook = take_in(json.dumps(plain).encode(), releases).notebook
    assert "aGk=" in nbformat.writes(notebook).encode("utf-8").decode("utf-8")


def test_nothing_but_text_and_pictures_is_taken(student, releases):
    hers, hostile = student(), Hostile("http://127.0.0.1:9")
    hers.cells += hostile.cells()
    hers.notebook.metadata |= hostile.metadata() | {"widgets": hostile.widgets()}
    for cell in hers.cells:
        cell.metadata |= hostile.cell_metadata()
        cell.attachments = hostile.attachments() | {"p": {"image/png": "aGk=", "image/svg+xml": "aGk="}}
    plain = json.loads(hers.bytes()) | {"planted": 1}
    taken = take_in(json.dumps(plain).encode(), releases).notebook
    assert taken.metadata == releases["03_diffusion"].metadata
    assert set(taken) == {"cells", "metadata", "nbformat", "nbformat_minor"}
    known = {cell.id: cell.metadata for cell in releases["03_diffusion"].cells}
    for cell in taken.cells:
        assert cell.metadata == (known[cell.id] if cell.id in SPECIAL else {})
        assert cell.get("attachments", {}) in ({}, {"p": {"image/png": "aGk="}})
        assert cell.cell_type != "markdown" or cell.source == inert(cell.source)


def test_only_released_text_shows_pictures_from_elsewhere(student, releases):
    badge = (
        "[![Open in Colab](https://colab.research.google.com/badge.svg)](https://colab.research.google.com)"
    )
    hers, name = student(), "03_diffusion"
    release = nbformat.from_dict(releases[name])
    for notebook in (hers.notebook, release):
        notebook.cells.insert(0, new_markdown_cell(badge, id="badge"))
    hers.cells += [new_markdown_cell(f"Mine. {badge}"), new_code_cell(f"# {badge}")]
    sources = [cell.source for cell in take_in(hers.bytes(), {name: release}).notebook.cells]
    assert sources[0] == badge and sources[-2:] == [f"Mine. {badge.replace('![', '! [')}", f"# {badge}"]


def test_nonsense_in_place_of_text_and_metadata(student, releases):
    plain = json.loads(student().bytes())
    plain["metadata"] = 7
    for cell in plain["cells"]:
        cell["metadata"] = ["tags"]
        cell["outputs"] = "gone"
        cell["id"] = 3
        cell["execution_count"] = {}
    plain["cells"].append({"cell_type": "video", "source": {"a": 1}})
    plain["cells"].append({"cell_type": "code", "source": "\ud800 half a character"})
    taken = take_in(json.dumps(plain).encode(), releases)
    assert frame(taken.notebook) == frame(releases["03_diffusion"])
    nbformat.writes(taken.notebook).encode("utf-8")


def test_points_and_locks_are_the_released_ones(student, releases):
    his = student()
    cell = his.cells[his.index("check-code7")]
    cell.metadata.nbgrader.points = 1000
    cell.metadata.tags = ["skip-execution"]  # nbclient would leave the cell out, nbgrader give all points
    cell.source = "10.0"
    taken = take_in(his.bytes(), releases)
    assert frame(taken.notebook) == frame(releases["03_diffusion"])
    assert taken.notes == ["check-code7 had been edited"]


@pytest.mark.parametrize("gone", SPECIAL)
def test_missing_cells_are_put_back_where_they_were(gone, student, releases):
    hers = student()
    del hers.cells[hers.index(gone)]
    taken = take_in(hers.through_colab(), releases)
    assert frame(taken.notebook) == frame(releases["03_diffusion"])
    assert any("put back" in note and gone in note for note in taken.notes)


def test_a_check_above_its_code_moves_below(student, releases):
    hers = student()
    hers.cells.insert(0, hers.cells.pop(hers.index("check-code7")))
    taken = take_in(hers.bytes(), releases)
    assert order(taken) == SPECIAL
    assert "check-code7 moved below its code" in taken.notes


def test_the_last_of_several_attempts_is_checked(student, releases):
    hers = student()
    hers.write("code7", ANSWER.replace("variance.sqrt()", "variance"))
    hers.cells.append(new_code_cell(ANSWER))
    taken = take_in(hers.through_colab(), releases)
    assert by_id(taken)["code7"].source == ANSWER
    ids = [cell.id for cell in taken.notebook.cells]
    assert ids.index("check-code7") == ids.index("code7") + 1
    assert any("code7 is written more than once" in note for note in taken.notes)


def sources(taken) -> list[str]:
    """All cells but the released ones that nobody wrote to."""
    return [cell.source for cell in taken.notebook.cells if cell.cell_type == "code"]


def repaired_again(taken, releases):
    """Of the same notebook, which must not change any more."""
    again = take_in(nbformat.writes(taken.notebook).encode(), releases)
    assert [c.source for c in again.notebook.cells] == [c.source for c in taken.notebook.cells]


EXPERIMENT = ANSWER.replace("variance.sqrt()", "0")


@pytest.mark.parametrize("colab", [False, True])
def test_a_check_between_two_definitions_stays(colab, student, releases):
    """Which of them counts is decided when the notebook runs."""
    hers = student()
    hers.write("code7", ANSWER)
    hers.cells.insert(hers.index("check-code7") + 1, new_code_cell(EXPERIMENT))
    taken = take_in(hers.through_colab() if colab else hers.bytes(), releases)
    check = 'labkit.check("code7")'
    code = [source for source in sources(taken) if source in (ANSWER, EXPERIMENT, check)]
    assert code == [ANSWER, check, EXPERIMENT, check]
    assert order(taken).index("check-code7") == order(taken).index("code7") + 1


@pytest.mark.parametrize(
    "right, other, check, counts",
    [(4, 6, 5, True), (4, None, 5, True), (6, 4, 7, True), (4, 5, 6, False), (6, 4, 5, False)]
    + [(None, None, None, False), (None, 4, 5, False), (4, 6, None, False)],
)
def test_a_check_is_repeated_below_the_definition_that_ran_before_it(
    right, other, check, counts, student, releases
):
    """Where an experiment was inserted between an answer and its check."""
    hers = student()
    hers.write("code7", ANSWER)
    at = hers.index("code7")
    hers.cells.insert(at + 1, new_code_cell(EXPERIMENT))
    for cell, count in zip(hers.cells[at : at + 3], (right, other, check)):
        cell.execution_count = count
    taken = take_in(hers.through_colab(), releases)
    between = ['labkit.check("code7")'] if counts else []
    assert sources(taken)[1:-1] == [ANSWER, *between, EXPERIMENT, 'labkit.check("code7")']
    assert order(taken).index("check-code7") == order(taken).index("code7") + 1
    repaired_again(taken, releases)


def test_cells_that_were_joined_are_cut_at_checks(releases, student):
    hers = student()
    hers.write("code7", f"{ANSWER}\n\nlabkit.check('code7')\n\n# an experiment\n{EXPERIMENT}")
    del hers.cells[hers.index("check-code7")]
    taken = take_in(hers.through_colab(), releases)
    check = 'labkit.check("code7")'
    assert sources(taken)[1:5] == [ANSWER, check, f"# an experiment\n{EXPERIMENT}", check]


@pytest.mark.parametrize("call", ["print(labkit.check('code7'))", "verdict = labkit.check('code7')"])
def test_cells_are_cut_below_a_check_whose_result_is_used(call, releases, student):
    hers = student()
    hers.write("code7", f"{ANSWER}\n\n{call}\n\n{EXPERIMENT}")
    taken = take_in(hers.through_colab(), releases)
    assert sources(taken)[1:4] == [f"{ANSWER}\n\n{call}", EXPERIMENT, 'labkit.check("code7")']
    repaired_again(taken, releases)


@pytest.mark.parametrize(
    "source", ['if True:\n    labkit.check("code7")\n    b = 2', 'a = """\nlabkit.check("code7")\n"""\nb = 2']
)
def test_a_check_inside_of_a_statement_is_not_cut(source, releases, student):
    hers = student()
    hers.cells.append(new_code_cell(source))
    assert sources(take_in(hers.bytes(), releases))[-1] == source


def test_what_was_added_to_locked_code_cells_stays(student, releases):
    """Helpers in the check's cell and imports in the set-up cell are used further below."""
    hers = student()
    hers.write("setup", "import labkit\nimport numpy")
    hers.write("check-code7", 'labkit.check("code7")\nhelper = 7')
    taken = take_in(hers.bytes(), releases)
    assert frame(taken.notebook) == frame(releases["03_diffusion"])
    assert {"import labkit\nimport numpy", "helper = 7"} <= set(sources(taken))


def test_an_exercise_that_is_put_back_does_not_replace_an_answer_above_it(releases):
    """Its empty function is plugged in first."""
    notebook = nbformat.v4.new_notebook()
    stub = "@labkit.exercise(labkit.diffusion.{0})\ndef {0}(x):\n    "
    stub += "### BEGIN SOLUTION\n    ...\n    ### END SOLUTION"
    for key, function in (("code6", "ddpm_loss"), ("code7", "ddpm_step"), ("code8", "ddim_step")):
        notebook.cells += [
            new_code_cell(stub.format(function), id=key, metadata=meta(key, False, True)),
            check(key, 3),
        ]
    both = "\n".join(
        f"@labkit.exercise(labkit.diffusion.{f})\ndef {f}(x): return 1" for f in ("ddpm_step", "ddim_step")
    )
    handed = nbformat.v4.new_notebook(cells=[new_code_cell(both), new_code_cell(stub.format("ddpm_loss"))])
    releases = {"03": make_release(notebook)}
    taken = take_in(nbformat.writes(handed).encode(), releases)
    ids = [cell.id for cell in taken.notebook.cells]
    assert taken.notebook.cells[ids.index("code8")].source == both
    assert ids.index("code7") < ids.index("code8") < min(ids.index("check-code7"), ids.index("check-code8"))
    repaired_again(taken, releases)


DECORATOR = "@labkit.exercise(labkit.diffusion.ddpm_step)\n"
UNUSUAL = {
    "a call": ANSWER.replace(DECORATOR, "") + f"\n\n{DECORATOR[1:-1]}(ddpm_step)",
    "another name": ANSWER.replace(DECORATOR, f"plug = {DECORATOR[1:-1]}\n\n\n@plug\n"),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_an_empty_exercise_does_not_replace_an_answer_that_is_plugged_in_unusually(name, student, releases):
    hers = student()
    del hers.cells[hers.index("code7")]
    hers.cells.insert(0, new_code_cell(f"import labkit\n{UNUSUAL[name]}"))
    taken = take_in(hers.through_colab(), releases)
    ids, code = [cell.id for cell in taken.notebook.cells], [cell.source for cell in taken.notebook.cells]
    written = code.index(f"import labkit\n{UNUSUAL[name]}")
    assert ids.index("code7") < written < ids.index("check-code7")
    repaired_again(taken, releases)


def test_a_copied_cell_with_its_metadata(student, releases):
    """Duplicated grade ids stop nbgrader's whole batch."""
    hers = student()
    hers.solve()
    for cell_id in ("code7", "check-code7", "answer-q6"):
        hers.cells.append(nbformat.from_dict(hers.cells[hers.index(cell_id)]))
    taken = take_in(hers.bytes(), releases)
    assert sorted(order(taken)) == sorted(SPECIAL)
    assert by_id(taken)["answer-q6"].source == "<!-- answer q6 -->\n\nNoise between the steps."
    assert {"code7 was there 2 times", "check-code7 was there 2 times"} <= set(taken.notes)


def test_an_answer_without_marker_is_known_by_its_place(student, releases):
    hers = student()
    hers.write("answer-q6", "Noise.")
    taken = take_in(hers.through_colab(), releases)
    assert by_id(taken)["answer-q6"].source == "<!-- answer q6 -->\n\nNoise."
    assert "answer-q6: text of 1 other cells joined" in taken.notes


def test_an_answer_in_a_cell_of_its_own_below(student, releases):
    hers = student()
    hers.cells.insert(hers.index("answer-q6") + 1, new_markdown_cell("Noise."))
    hers.cells.insert(hers.index("answer-q6") + 2, new_markdown_cell("And patience."))
    taken = take_in(hers.bytes(), releases)
    assert by_id(taken)["answer-q6"].source == "<!-- answer q6 -->\n\nNoise.\n\nAnd patience."
    assert by_id(taken)["answer-bonus1"].source == by_id_of(releases)["answer-bonus1"].source


NOISE = "It leaves out noise."
PLACES = {
    "the question's cell": ("q6", lambda text: f"{text}\n\n{NOISE}"),
    "the question's cell, above it": ("q6", lambda text: f"{NOISE}\n\n{text}"),
    "in place of the question": ("q6", lambda text: NOISE),
}
ELSEWHERE = {
    "a raw cell below": [new_raw_cell(NOISE)],
    "a text cell below a plot": [new_code_cell("plot = 1"), new_markdown_cell(NOISE)],
    "comments": [new_code_cell(f"# {NOISE}\nplot = 1")],
    "comments of a cell that ends early": [new_code_cell(f"plot = (\n# {NOISE}")],
    "a string in a code cell": [new_code_cell(f'"""{NOISE}"""')],
    "text in a code cell": [new_code_cell(NOISE)],
    "a printed text": [new_code_cell(f"print({NOISE!r} ' That is all.')")],
    "a formatted text": [new_code_cell(f"n = 1\nprint(f'{NOISE} {{n:.2f}} is the loss')")],
    "a variable": [new_code_cell(f'answer_q6 = """\n{NOISE} And the\nsteps are fewer."""')],
    "a text of IPython's": [new_code_cell(f'from IPython.display import Markdown\nMarkdown("- {NOISE}")')],
    "a magic for text": [new_code_cell(f"%%markdown\n{NOISE}")],
    "a magic for HTML": [new_code_cell(f"%%html\n<p>{NOISE}</p>")],
    "below an empty cell": [new_markdown_cell(""), new_raw_cell(" "), new_markdown_cell(NOISE)],
}


@pytest.mark.parametrize("colab", [False, True])
@pytest.mark.parametrize("place", PLACES)
def test_an_answer_in_a_locked_cell_waits_for_a_person(place, colab, student, releases):
    hers, (cell, change) = student(), PLACES[place]
    hers.write(cell, change(by_id_of(releases)[cell].source))
    taken = take_in(hers.through_colab() if colab else hers.bytes(), releases)
    assert NOISE in by_id(taken)["answer-q6"].source
    assert by_id(taken)["q6"].source == by_id_of(releases)["q6"].source
    repaired_again(taken, releases)


@pytest.mark.parametrize("above", [False, True])
@pytest.mark.parametrize("place", ELSEWHERE)
def test_an_answer_in_another_cell_waits_for_a_person(place, above, student, releases):
    """Between the question and the next released cell, while the answer's own cell is as released."""
    hers = student()
    at = hers.index("answer-q6") + (not above)
    hers.cells[at:at] = ELSEWHERE[place]
    taken = take_in(hers.through_colab(), releases)
    assert NOISE in by_id(taken)["answer-q6"].source
    code = [cell.source for cell in ELSEWHERE[place] if cell.cell_type == "code"]
    assert set(code) <= set(sources(taken))  # still runs
    for key in ("answer-bonus1", "q6", "bonus1"):
        assert by_id(taken)[key].source == by_id_of(releases)[key].source
    repaired_again(taken, releases)


FAR = {
    "a text cell": new_markdown_cell(f"## My answers\n\n**Question 6:** {NOISE}"),
    "a raw cell": new_raw_cell(f"Q6) {NOISE}"),
    "comments": new_code_cell(f"# Q6: {NOISE}\nplot = 1"),
}


@pytest.mark.parametrize("place", FAR)
def test_an_answer_at_the_end_of_the_notebook_waits_for_a_person(place, student, releases):
    hers = student()
    hers.cells += [new_code_cell("1"), FAR[place]]
    taken = take_in(hers.through_colab(), releases)
    assert NOISE in by_id(taken)["answer-q6"].source
    assert FAR[place].source.partition("\n")[0] in [c.source.partition("\n")[0] for c in taken.notebook.cells]
    assert by_id(taken)["answer-bonus1"].source == by_id_of(releases)["answer-bonus1"].source
    repaired_again(taken, releases)


def test_comments_beside_an_answer_are_not_the_answer(student, releases):
    hers = student()
    hers.solve()
    hers.cells.insert(hers.index("answer-q6") + 1, new_code_cell("# a plot\n1"))
    taken = take_in(hers.bytes(), releases)
    assert by_id(taken)["answer-q6"].source == "<!-- answer q6 -->\n\nNoise between the steps."


def test_answers_in_one_cell_are_cut_at_their_markers(student, releases):
    hers = student()
    hers.solve()
    texts = [hers.cells[hers.index(key)].source for key in ("q6", "answer-q6", "bonus1", "answer-bonus1")]
    for key in ("q6", "answer-q6", "bonus1"):
        del hers.cells[hers.index(key)]
    hers.write("answer-bonus1", "\n\n".join(texts))
    taken = take_in(hers.through_colab(), releases)
    assert "Noise between the steps." in by_id(taken)["answer-q6"].source
    assert "=1+1" in by_id(taken)["answer-bonus1"].source
    repaired_again(taken, releases)


def test_pictures_of_one_name_in_joined_cells_both_stay(student, releases):
    hers = student()
    at = hers.index("answer-q6")
    hers.write("answer-q6", "<!-- answer q6 -->\n![a](attachment:image.png)")
    hers.cells[at].attachments = {"image.png": {"image/png": "aGk="}}
    below = new_markdown_cell("![b](attachment:image.png)", attachments={"image.png": {"image/png": "aG8="}})
    hers.cells.insert(at + 1, below)
    taken = take_in(hers.bytes(), releases)
    cell = by_id(taken)["answer-q6"]
    assert sorted(bundle["image/png"] for bundle in cell.attachments.values()) == ["aG8=", "aGk="]
    assert all(f"(attachment:{key})" in cell.source for key in cell.attachments)
    repaired_again(taken, releases)


def test_screenshots_pasted_in_colab(student, releases):
    """Each is longer than all text that a notebook may have."""
    data = [base64.b64encode(bytes([i]) * 3_300_000).decode() for i in range(3)]
    hers = student()
    text = "\n".join(f"![image.png](data:image/png;base64,{picture})" for picture in data)
    hers.write("answer-q6", f"<!-- answer q6 -->\nLook.\n{text}")
    taken = take_in(hers.through_colab(), releases)
    cell = by_id(taken)["answer-q6"]
    assert [bundle["image/png"] for bundle in cell.attachments.values()] == data
    assert cell.source.count("](attachment:pasted-") == 3 and len(cell.source) < 500
    repaired_again(taken, releases)


@pytest.mark.parametrize("kind, shown", [("jpg", "attachment:pasted-"), ("bmp", "picture-that-is-not-shown")])
def test_pasted_pictures_of_unusual_kinds_are_no_text(kind, shown, student, releases):
    """Some programs write image/jpg; of others, such as BMP, only the answer's text stays."""
    data = base64.b64encode(bytes(3_300_000)).decode()
    hers = student()
    hers.write("answer-q6", f"<!-- answer q6 -->\nLook. ![x](data:image/{kind};base64,{data})")
    taken = take_in(hers.through_colab(), releases)
    cell = by_id(taken)["answer-q6"]
    assert "Look." in cell.source and shown in cell.source and len(cell.source) < 500
    assert [list(bundle) for bundle in cell.get("attachments", {}).values()] == [["image/jpeg"]] * (
        kind == "jpg"
    )
    repaired_again(taken, releases)


@pytest.mark.parametrize("pasted", [False, True])
def test_a_picture_that_is_too_large_is_named(pasted, student, releases, monkeypatch):
    monkeypatch.setattr("grading.intake.repair.PICTURE", 1000)
    hers, data = student(), base64.b64encode(bytes(1000)).decode()
    if pasted:
        hers.write("answer-q6", f"<!-- answer q6 -->\nLook. ![x](data:image/png;base64,{data})")
    else:
        hers.write("answer-q6", "<!-- answer q6 -->\nLook. ![x](attachment:x.png)")
        hers.cells[hers.index("answer-q6")].attachments = {"x.png": {"image/png": data}}
    assert any("left out: ask for smaller ones" in note for note in take_in(hers.bytes(), releases).notes)


def test_printed_numbers_are_no_values(student, releases):
    hers = student()
    numbers = ", ".join(map(str, range(600_000)))
    hers.cells[hers.index("code7")].outputs = [new_output("stream", text=numbers)] * 8
    assert len(hers.bytes()) > 30_000_000
    assert frame(take_in(hers.bytes(), releases).notebook) == frame(releases["03_diffusion"])


def both_notebooks(student):
    one, other = student("01_dataset"), student()
    one.write("answer-q1", "<!-- answer q1 -->\nMany.")
    other.solve()
    return one, other


@pytest.mark.parametrize("glued", ["cells", "files"])
def test_two_notebooks_in_one_file(glued, student, releases):
    one, other = both_notebooks(student)
    own = new_markdown_cell("A note of mine.")
    other.cells.append(own)
    if glued == "cells":
        data = Student({**one.notebook, "cells": one.cells + other.cells}).through_colab()
    else:
        data = one.bytes() + b"\n" + other.bytes()
    taken = take_in(data, releases)
    found = {each.assignment: each for each in (taken, *taken.others)}
    assert by_id(found["01_dataset"])["answer-q1"].source == "<!-- answer q1 -->\n\nMany."
    assert by_id(found["03_diffusion"])["code7"].source == ANSWER
    assert [c.id for c in found["01_dataset"].notebook.cells] == ["setup", "q1", "answer-q1"]
    assert found["03_diffusion"].notebook.cells[-1].source == own.source
    assert "in the same file" in taken.notes[0]


def test_an_exercise_that_was_pasted_is_no_second_notebook(student, releases):
    hers = student()
    hers.cells.append(new_markdown_cell(by_id_of(releases)["q6"].source))
    hers.cells.append(new_markdown_cell("<!-- answer q1 -->\nMany."))
    assert take_in(hers.bytes(), releases).others == ()


def by_id_of(releases) -> dict:
    return {cell.id: cell for cell in releases["03_diffusion"].cells}


def test_a_picture_in_an_answer_stays(student, releases):
    hers = student()
    cell = hers.cells[hers.index("answer-q6")]
    cell.source = "<!-- answer q6 -->\n![plot](attachment:p.png)"
    cell.attachments = {"p.png": {"image/png": "aGk="}}
    assert by_id(take_in(hers.bytes(), releases))["answer-q6"].attachments == cell.attachments


def test_text_counts_more_than_metadata(student, releases):
    """A cell copied from another exercise says by its text what it is, by its metadata what it was."""
    hers = student()
    code = hers.cells[hers.index("code7")]
    hers.cells.insert(1, new_code_cell("print('mine')", metadata=code.metadata))
    hers.write("code7", ANSWER)
    taken = take_in(hers.bytes(), releases)
    assert by_id(taken)["code7"].source == ANSWER
    assert order(taken) == SPECIAL


def test_a_rewritten_decorator_is_still_known(student, releases):
    hers = student()
    hers.write(
        "code7", ANSWER.replace("@labkit.exercise(labkit.diffusion.ddpm_step)", "@exercise( ddpm_step )")
    )
    assert "@exercise( ddpm_step )" in by_id(take_in(hers.through_colab(), releases))["code7"].source


def test_methods_of_one_name_belong_to_their_class(releases):
    """Code 3 to 5 share the names of their methods; a learner may give each method a cell."""

    def source(owner: str, *names: str) -> str:
        body = "    ### BEGIN SOLUTION\n    ...\n    ### END SOLUTION\n"
        cells = [f"@labkit.exercise(labkit.models.{owner}.{n})\ndef {n}(self):\n{body}" for n in names]
        return "import labkit\n" + "\n".join(cells)

    notebook = nbformat.v4.new_notebook()
    for key, owner in (("code3", "InContextDiT"), ("code4", "AdaLNDiT")):
        text = source(owner, "cond_mapping", "backbone")
        notebook.cells += [new_code_cell(text, id=key, metadata=meta(key, False, True)), check(key, 3)]
    handed = nbformat.v4.new_notebook()
    for owner in ("AdaLNDiT", "InContextDiT"):  # in another order, cell by cell, without checks
        handed.cells += [new_code_cell(source(owner, n)) for n in ("cond_mapping", "backbone")]
    taken = take_in(nbformat.writes(handed).encode(), {"02": make_release(notebook)})
    ids = [cell.id for cell in taken.notebook.cells]
    assert "AdaLNDiT.backbone" in taken.notebook.cells[ids.index("code4")].source
    assert "InContextDiT.backbone" in taken.notebook.cells[ids.index("code3")].source
    assert ids.index("check-code4") == ids.index("code4") + 1 == 2
    assert ids.index("check-code3") == ids.index("code3") + 1 == 5
    assert not any("more than once" in note for note in taken.notes)


EDITS = st.lists(
    st.tuples(st.sampled_from(["drop", "copy", "move", "text"]), st.integers(0, 99), st.integers(0, 99)),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@example(edits=[("move", 9, 29), ("copy", 0, 0), ("text", 34, 0), ("copy", 35, 0)], colab=False)
@given(edits=EDITS, colab=st.booleans())
def test_whatever_an_editor_does(edits, colab, releases):
    """All graded cells are there once, as released; a check comes after its code; nothing typed is lost."""
    hers = Student(releases["03_diffusion"])
    hers.solve()
    typed = []
    for number, (kind, a, b) in enumerate(edits):
        at = a % len(hers.cells)
        if kind == "drop" and len(hers.cells) > 6:
            del hers.cells[at]
        elif kind == "copy":
            hers.cells.insert(b % len(hers.cells), nbformat.from_dict(hers.cells[at]))
        elif kind == "move":
            hers.cells.insert(b % len(hers.cells), hers.cells.pop(at))
        else:
            typed.append(f"typed {number}.")
            hers.cells.insert(at, new_markdown_cell(typed[-1]))
    taken = take_in(hers.through_colab() if colab else hers.bytes(), releases)
    nbformat.validate(taken.notebook)
    assert sorted(order(taken)) == sorted(SPECIAL)
    cells, released = by_id(taken), by_id_of(releases)
    for key in SPECIAL:
        assert cells[key].metadata == released[key].metadata
        if key not in ("code7", "answer-q6", "answer-bonus1"):
            assert cells[key].source == released[key].source
    assert order(taken).index("code7") < order(taken).index("check-code7")
    text = "\n".join(cell.source for cell in taken.notebook.cells)
    handed = "\n".join(cell.source for cell in hers.cells)
    assert all(line in text for line in typed if line in handed)
    again = take_in(nbformat.writes(taken.notebook).encode(), releases)
    assert [c.source for c in again.notebook.cells] == [c.source for c in taken.notebook.cells]


@pytest.mark.parametrize("start", ["@exercise(a", "check('a'", "@labkit.exercise(", "<!-- answer q6"])
@pytest.mark.parametrize("blank", [" ", "\n"])
def test_long_white_space_is_read_quickly(start, blank, releases, student):
    """Files of this size are read in the main process, without a time limit."""
    hers = student()
    text = start + blank * 60_000
    hers.cells += [new_code_cell(text, id="long"), new_markdown_cell(text)]
    began = time.process_time()
    assert take_in(hers.bytes(), releases).assignment == "03_diffusion"
    assert time.process_time() - began < 3
