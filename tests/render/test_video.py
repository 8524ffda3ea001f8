"""Videos, frames, contact sheets and captions: what is in the picture and in the file, and what fails."""

import imageio_ffmpeg
import numpy as np
import pytest
import torch
from PIL import Image

from labkit import paths
from labkit.motion import UPRIGHT, Motion
from labkit.paths import LabError
from labkit.render.camera import follow
from labkit.render.caption import LINES, _font, title, wrap
from labkit.render.raster import SAMPLES, SUBPIXEL, project
from labkit.show import contact_sheet, render_frames, render_video

SIDE = 96  # pixels of a small picture


class Doll:
    """A box for a trunk and a red cube for the left hand, raised beside it; moves with the pelvis."""

    def __init__(self):
        cube = np.stack(np.meshgrid([-1, 1], [-1, 1], [-1, 1], indexing="ij"), -1).reshape(-1, 3)
        quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
        faces = np.array([f for a, b, c, d in quads for f in ((a, b, c), (a, c, d))], np.int32)
        # at rest: Y up, facing +Z, left is +X
        self.rest = torch.tensor(np.concatenate([cube * [0.2, 0.8, 0.1], cube * 0.1 + [0.5, 0.7, 0]])).float()
        self.faces = np.concatenate([faces, faces + 8])
        self.colors = np.repeat([[60, 90, 200], [220, 0, 0]], 8, axis=0).astype(np.uint8)

    def vertices(self, motion):
        return self.rest @ motion.rotations()[:, 0].mT + motion.pelvis[:, None]


def motion(frames, start=(0.0, 0.0, 0.8), turn=0.0, speed=0.05):
    """Upright, heading `turn` (a multiple of 90°), walking ahead."""
    c, s = round(np.cos(turn)), round(np.sin(turn))
    spin = torch.tensor([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])
    way = speed * torch.arange(frames)[:, None] * (spin @ torch.tensor([0, -1.0, 0]))
    rotations = torch.eye(3).repeat(frames, 22, 1, 1)
    rotations[:, 0] = spin @ UPRIGHT
    return Motion.from_rotations(rotations, way + torch.tensor(start))


def red(frame):
    """Where the hand is: rows and columns."""
    frame = frame.astype(int)
    return np.nonzero((frame[..., 0] > 2 * frame[..., 1] + 20) & (frame[..., 0] > 2 * frame[..., 2] + 20))


def frames_of(motions, captions=""):
    return np.stack(list(render_frames(motions, Doll(), captions, SIDE)))


def test_left_hand_is_on_the_right_and_up():
    """We face the body: its raised left hand is to the right of the middle and above it, the shoes below."""
    frame = frames_of(motion(1))[0]
    rows, columns = red(frame)
    assert len(rows) > 10
    assert columns.min() > SIDE / 2 and rows.max() < SIDE / 2


def test_where_and_which_way_makes_no_difference():
    """The picture is the same far off the origin and for another heading, as the grid repeats."""
    here = frames_of(motion(5)).astype(int)
    assert here.std() > 10
    for there in (motion(5, (1024.0, -4096.0, 0.8)), motion(5, turn=np.pi / 2)):
        difference = np.abs(frames_of(there) - here)
        assert (difference > 3).mean() < 1e-3


def test_same_bytes_twice():
    many = [motion(7), motion(3, turn=np.pi)]
    assert frames_of(many, ["one", "two"]).tobytes() == frames_of(many, ["one", "two"]).tobytes()


def test_panels_and_the_last_frame():
    """Each panel is the body alone in it, apart from the seam; a shorter motion holds its last frame."""
    long, short = motion(6), motion(4)
    both = frames_of([long, short])
    assert both.shape == (6, SIDE, 2 * SIDE, 3)
    assert np.array_equal(both[:, :, : SIDE - 1], frames_of(long)[:, :, :-1])
    held = frames_of(short)[[0, 1, 2, 3, 3, 3]]
    assert np.array_equal(both[:, :, SIDE + 1 :], held[:, :, 1:])


@pytest.mark.parametrize("kind", ["walk", "leap", "lying", "fling"])
def test_everything_stays_in_view(kind):
    """Every vertex of every frame is inside the picture, from outside the body."""
    m = motion(40)
    if kind == "leap":
        m.pelvis[:, 2] += 3 * torch.sin(torch.linspace(0, torch.pi, 40)) ** 8
    elif kind == "lying":
        m = Motion(torch.zeros(40, 3), m.body_pose, m.pelvis - torch.tensor([0, 0, 0.7]))
    elif kind == "fling":
        m.pelvis[20:] += torch.tensor([4.0, 7.0, 0.0])
    vertices = Doll().vertices(m).numpy()
    [cameras], _ = follow([vertices], [m], 90, 60)
    for v, view in zip(vertices, cameras):
        points, values = project(v, view, 90, 60)
        pixels = points / (SAMPLES * SUBPIXEL)
        assert (values[:, 0] > 0).all()
        assert (pixels >= 0).all() and (pixels <= (60, 90)).all()


def test_camera_follows_smoothly():
    """It goes where the body goes and takes on almost none of its shaking."""
    m = motion(80)
    shake = torch.randn(80, 3, generator=torch.Generator().manual_seed(0)) * 0.05
    vertices = Doll().vertices(Motion(m.global_orient, m.body_pose, m.pelvis + shake)).numpy()
    [cameras], _ = follow([vertices], [m], SIDE, SIDE)
    path = np.stack([c.position for c in cameras])
    assert np.diff(path, 2, axis=0).std() < 0.01 * np.diff(shake.numpy(), 2, axis=0).std()
    travelled = (path - path[0])[60] - (m.pelvis - m.pelvis[0]).numpy()[60]
    assert np.abs(travelled).max() < 0.3 < (m.pelvis[60] - m.pelvis[0]).abs().max()


def test_clockwise_faces_are_turned_over():
    body = Doll()
    body.faces = body.faces[:, ::-1]
    assert np.array_equal(next(render_frames(motion(1), body, size=SIDE)), frames_of(motion(1))[0])


def test_mp4_is_what_browsers_play(tmp_path):
    """Frame count, size, rate, H.264, yuv420p, the index in front; and the colours come back."""
    walk = [motion(12), motion(9)]
    path = render_video(tmp_path / "sub" / "a.mp4", walk, Doll(), ["a", "b"], size=95, progress=False)
    reader = imageio_ffmpeg.read_frames(str(path))
    about = next(reader)
    frames = [np.frombuffer(f, np.uint8).reshape(SIDE, 2 * SIDE, 3) for f in reader]
    assert (about["size"], about["fps"], about["codec"]) == ((2 * SIDE, SIDE), 20, "h264")
    assert about["pix_fmt"].startswith("yuv420p")
    assert len(frames) == 12
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    drawn = frames_of(walk, ["a", "b"]).astype(int)
    assert np.abs(np.stack(frames) - drawn).mean() < 3
    rows, columns = red(frames[0])
    assert abs(np.median(rows) - np.median(red(drawn[0])[0])) <= 2
    assert [p.name for p in path.parent.iterdir()] == ["a.mp4"]


def fake_ffmpeg(tmp_path, monkeypatch, script):
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(program))


@pytest.mark.parametrize(
    "script, message",
    [
        (
            "echo '[out#0 @ 0x5] [mp4 @ 0x6] no space left' >&2; echo Aborted >&2; exit 1",
            "ffmpeg failed: no space left$",
        ),
        ("cat >/dev/null; exit 3", "ffmpeg failed: exit status 3"),
        (None, "cannot start ffmpeg .*No such file"),
    ],
)
def test_a_failing_ffmpeg_leaves_no_file(tmp_path, monkeypatch, script, message):
    out = tmp_path / "out"
    if script:
        fake_ffmpeg(tmp_path, monkeypatch, script)
    else:
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "nowhere"))
    with pytest.raises(LabError, match=message) as error:
        render_video(out / "a.mp4", motion(30), Doll(), size=SIDE, progress=False)
    assert "\n" not in str(error.value)
    assert list(out.iterdir()) == []


def test_an_ffmpeg_without_x264_is_told_by_its_cause(tmp_path, monkeypatch):
    """The real ffmpeg, asked for an encoder that it has not: it ends in "Encoder not found"."""
    real = imageio_ffmpeg.get_ffmpeg_exe()
    fake_ffmpeg(
        tmp_path,
        monkeypatch,
        f"""
        for word; do shift; [ "$word" = libx264 ] && word=libx265_of_nobody; set -- "$@" "$word"; done
        exec "{real}" "$@"
    """,
    )
    with pytest.raises(LabError) as error:
        render_video(tmp_path / "a.mp4", motion(3), Doll(), size=SIDE, progress=False)
    cause = f"Unknown encoder 'libx265_of_nobody' in {tmp_path}/ffmpeg: pip install"
    assert str(error.value).startswith(f"ffmpeg failed: {cause}")
    assert "IMAGEIO_FFMPEG_EXE" in str(error.value) and "\n" not in str(error.value)


def test_a_failure_between_frames_leaves_no_file(tmp_path, monkeypatch):
    def interrupted(stage):
        yield stage.frame(0)
        raise KeyboardInterrupt

    monkeypatch.setattr("labkit.render.video._frames", interrupted)
    with pytest.raises(KeyboardInterrupt):
        render_video(tmp_path / "a.mp4", motion(3), Doll(), size=SIDE, progress=False)
    assert list(tmp_path.iterdir()) == []


def broken(value):
    m = motion(3)
    m.pelvis[1, 0] = value
    return m


@pytest.mark.parametrize(
    "name, motions, captions, message",
    [
        ("a.mp4", motion(0), "", "nothing to draw"),
        ("a.mp4", [], "", "nothing to draw"),
        ("a.mp4", broken(torch.nan), "", "NaN"),
        ("a.mp4", broken(torch.inf), "", "NaN or infinite"),
        ("a.mp4", [motion(2), motion(2)], ["one"], "2 motions but 1 captions"),
        ("a.gif", motion(2), "", "ends in .mp4"),
    ],
)
def test_what_users_get_wrong(tmp_path, name, motions, captions, message):
    with pytest.raises(LabError, match=message):
        render_video(tmp_path / name, motions, Doll(), captions, progress=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        "🙂 日本語のテキスト",
        "word " * 40,
        "x" * 200,
        "a\nb\tc\0\ud800",
        "مرحبا",
        "",
        " ",
        "日" * 200,
        "e\u0301",
    ],
)
def test_captions_of_any_kind(text):
    lines = wrap(text, 200, 14)
    assert len(lines) <= LINES
    assert all(_font(14).getlength(line) <= 200 for line in lines)
    assert frames_of(motion(1), text).shape == (1, SIDE, SIDE, 3)


def test_caption_keeps_its_words():
    text = "a person walks forward and then, slowly, turns to the left"
    lines = wrap(text, 150, 14)
    assert len(lines) > 1 and " ".join(lines) == text
    # a longer one ends in an ellipsis, and no line could have held the next word
    long = wrap(" ".join([text] * 9), 150, 14)
    assert long[-1].endswith("…")
    for line, following in zip(long, long[1:-1]):
        assert _font(14).getlength(f"{line} {following.split()[0]}") > 150


def test_title_shows_ink_where_there_is_text():
    strip = title(["", "walk"], 100, 12).astype(int)
    ink = (strip.sum(-1) < 500).nonzero()[1]
    assert len(ink) > 20 and ink.min() > 100 and abs(np.median(ink) - 150) < 5
    assert title(["", " "], 100, 12).shape == (0, 200, 3)


def test_contact_sheet(tmp_path):
    """A row a motion under its caption; the cells are equally spaced frames."""
    path = contact_sheet(
        tmp_path / "a.png", [motion(30), motion(1)], Doll(), ["walks", "one frame"], columns=4
    )
    sheet = np.asarray(Image.open(path))
    wide = sheet.shape[1] // 4
    hands = [red(sheet[: len(sheet) // 2, k * wide + 1 : (k + 1) * wide]) for k in range(4)]
    assert all(len(rows) > 10 for rows, _ in hands)
    # the second motion has one frame, so its cells are alike
    lower = sheet[len(sheet) // 2 + 30 :].reshape(-1, 4, wide, 3)[:, :, 1:]
    assert all(np.array_equal(lower[:, 0], lower[:, k]) for k in range(1, 4))
    with pytest.raises(LabError, match="ends in .png"):
        contact_sheet(tmp_path / "a.jpg", motion(2), Doll(), "")
    with pytest.raises(LabError, match="captions"):
        contact_sheet(tmp_path / "b.png", motion(2), Doll(), ["", ""])
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


def test_the_open_body_raises_its_left_hand():
    try:
        from labkit.body import load_body

        body = load_body(paths.data_dir() / "body" / "open_body.npz")
    except LabError as error:
        pytest.skip(str(error))
    columns = []
    for side, sign in (("left", 1), ("right", -1)):
        m = motion(1)
        joint = 15 if side == "left" else 16  # the shoulders, 16 and 17, in body_pose
        m.body_pose[:, 3 * joint + 2] = sign * 1.3
        frame = next(render_frames(m, body, size=240))
        # the topmost thing that is not sky is the raised hand
        differs = np.abs(frame.astype(int) - frame[:, :1]).sum(-1) > 60
        columns.append(np.nonzero(differs[np.nonzero(differs.any(1))[0][3]])[0].mean())
    assert columns[0] > 130 and columns[1] < 110
