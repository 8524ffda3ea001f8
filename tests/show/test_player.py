"""The player: what travels to the browser, what its module makes of it, and the page that carries both."""

import base64
import gzip
import html
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch
from IPython.core.formatters import DisplayFormatter
from PIL import Image

import labkit.show
from labkit.dataset import MotionDataset
from labkit.diffusion import SamplingConfig, Schedule, sample
from labkit.motion import D, Motion, decode
from labkit.paths import LabError
from labkit.show.player.pack import pack
from labkit.show.player.page import MODULE

WIDGET = Path(__file__).resolve().parents[2] / "widget"
NODE = shutil.which("node")

# The browser's own code on every frame of the first track: joints and vertices as raw float32
RUN = """
import fs from "node:fs";
const { Body, unpack } = await import(process.argv[1]);
const facts = JSON.parse(fs.readFileSync(process.argv[2] + "/facts.json"));
const bytes = fs.readFileSync(process.argv[2] + "/data.bin");
const arrays = unpack(facts.arrays, bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
const body = new Body(facts.body, arrays);
const frames = arrays.pelvis0.length / 3;
const joints = new Float32Array(frames * 72), vertices = new Float32Array(frames * body.rest.length);
for (let f = 0; f < frames; f++) {
  const out = joints.subarray(72 * f, 72 * f + 72);
  const at = body.pose({ pose: arrays.pose0, pelvis: arrays.pelvis0, ...facts }, f, out);
  body.vertices(at, vertices.subarray(f * body.rest.length, (f + 1) * body.rest.length));
}
fs.writeFileSync(process.argv[2] + "/joints.bin", joints);
fs.writeFileSync(process.argv[2] + "/vertices.bin", vertices);
"""


def in_the_browser(folder: Path, facts: dict, data: bytes) -> tuple[torch.Tensor, torch.Tensor]:
    """Joints (F, 24, 3) and vertices (F, V, 3) that widget/src/body.js makes of a packed scene."""
    (folder / "facts.json").write_text(json.dumps(facts))
    (folder / "data.bin").write_bytes(data)
    module = (WIDGET / "src" / "body.js").as_uri()
    subprocess.run([NODE, "--input-type=module", "-e", RUN, module, str(folder)], check=True)
    joints, vertices = (np.fromfile(folder / f"{n}.bin", np.float32) for n in ("joints", "vertices"))
    frames = len(joints) // 72
    return torch.tensor(joints).reshape(frames, 24, 3), torch.tensor(vertices).reshape(frames, -1, 3)


def carried(output: str) -> tuple[dict, dict[str, np.ndarray], str]:
    """Facts, plain arrays and module that the HTML of a notebook's output carries in its frame."""
    document = html.unescape(re.search(r'srcdoc="([^"]*)"', output)[1])
    parts = [gzip.decompress(base64.b64decode(p)) for p in re.findall(r'unpacked\("([^"]+)"\)', document)]
    facts, data, code = json.loads(parts[0]), parts[1], parts[2].decode()
    arrays = {
        name: np.frombuffer(data, a["dtype"], a["length"], a["offset"])
        for name, a in facts["arrays"].items()
        if "columns" not in a
    }
    return facts, arrays, code


@pytest.mark.skipif(NODE is None, reason="no Node here to run the player's code with")
def test_browser_poses_the_body_as_smplx_does(body, random_motion, tmp_path):
    motion = random_motion(seed=3, frames=30)
    joints, vertices = in_the_browser(tmp_path, *pack([motion], [""], body))
    assert (joints - body.joints(motion)).norm(dim=-1).max() < 5e-4
    error = (vertices - body.vertices(motion)).norm(dim=-1)
    assert error.max() < 3e-3
    assert error.mean() < 5e-4


@pytest.mark.slow
@pytest.mark.skipif(NODE is None, reason="no Node here to run the player's code with")
def test_real_motion_loses_less_than_is_seen(body, tmp_path):
    clips = MotionDataset("starter").samples[::40]
    motion = Motion(*map(torch.cat, zip(*(vars(decode(c.x)[::8]).values() for c in clips))))
    _, vertices = in_the_browser(tmp_path, *pack([motion], [""], body))
    error = (vertices - body.vertices(motion)).norm(dim=-1)
    assert error.max() < 2.5e-3  # metres; a pixel of the player is four millimetres wide
    assert error.mean() < 2.5e-4


@pytest.mark.skipif(NODE is None, reason="no Node here to run the player's code with")
def test_every_version_of_a_motion_has_its_own_frames(body, random_motion, tmp_path):
    versions = [random_motion(seed=s, frames=5) for s in range(3)]
    stacked = Motion(*(torch.stack(v) for v in zip(*(vars(m).values() for m in versions))))
    joints, _ = in_the_browser(tmp_path, *pack([stacked], [""], body, ["a", "b", "c"]))
    wanted = torch.cat([body.joints(m) for m in versions])
    assert torch.allclose(joints, wanted, atol=5e-4)


def test_a_body_and_its_120_frames_are_small(body, random_motion):
    motion = random_motion(frames=120)
    _, data = pack([motion], [""], body)
    assert len(base64.b64encode(gzip.compress(data))) < 276_000
    assert len(labkit.show([motion] * 6, ["x"] * 6, body=body).data) < 3e6


def test_output_carries_everything_and_says_what_it_shows(body, random_motion):
    caption = 'a "person" </script><b>waves</b> & ünder'
    output = labkit.show([random_motion(seed=0), random_motion(seed=1)], [caption, "two"], body=body).data
    facts, arrays, code = carried(output)
    assert [t["caption"] for t in facts["tracks"]] == [caption, "two"]
    assert code == MODULE.read_text()
    assert len(arrays["pelvis0"]) == 3 * 40
    assert "<b>" not in output
    assert html.escape(caption, quote=True) in re.search(r'<img [^>]*alt="([^"]*)"', output)[1]
    document = html.unescape(re.search(r'srcdoc="([^"]*)"', output)[1])
    assert not re.search(r"(src|href)=|https?:", document)  # nothing is fetched


def test_viewers_without_html_find_a_picture(body, random_motion):
    view = labkit.show([random_motion(seed=0), random_motion(seed=1)], ["one", "two"], body=body)
    bundle, _ = DisplayFormatter().format(view)
    assert bundle["text/html"] == view.data
    assert bundle["text/plain"] == "A player: one; two"
    strip = Image.open(io.BytesIO(base64.b64decode(bundle["image/jpeg"])))
    pixels = np.asarray(strip).astype(int)
    suit = (pixels[..., 2] < 150) & (pixels[..., 2] > pixels[..., 0] + 25)  # nothing else is dark and blue
    rows = np.array_split(suit, 2)
    assert all(part.mean() > 0.005 for row in rows for part in np.array_split(row, 8, axis=1))
    assert f"data:image/jpeg;base64,{bundle['image/jpeg']}" in view.data


def test_what_cannot_be_shown_is_said(body, random_motion):
    motion = random_motion(frames=4)
    with pytest.raises(LabError, match="1 motions but 2 captions"):
        labkit.show(motion, ["one", "two"])
    with pytest.raises(LabError, match="nothing to draw"):
        labkit.show([])
    broken = Motion(motion.global_orient, motion.body_pose, motion.pelvis * torch.nan)
    with pytest.raises(LabError, match="NaN"):
        labkit.show(broken, body=body)


def test_denoising_carries_the_estimates_of_the_sampler(body, tiny_denoiser, random_text):
    network, schedule, text = tiny_denoiser("adaln", features=D), Schedule(), random_text(1)
    output = labkit.show.denoising(
        network, schedule, text, frames=12, config=SamplingConfig(steps=4, seed=7), body=body
    ).data
    facts, arrays, _ = carried(output)
    times = schedule.timesteps(4, SamplingConfig().shift).tolist()
    assert facts["steps"] == [*(f"t = {t}" for t in times), "the result"]
    assert [t["caption"] for t in facts["tracks"]] == ["DDPM", "DDIM"]

    # the first estimate by hand: both samplers start from the same noise
    noise = torch.randn(1, 12, D, generator=torch.Generator().manual_seed(7))
    t, mask, kept = torch.tensor(times[:1]), torch.ones(1, 12, dtype=torch.bool), torch.tensor([False])
    with torch.no_grad():
        with_text, without = (network(noise, t, text, mask, k) for k in (kept, ~kept))
    scale = SamplingConfig().guidance_scale_at(times[0], schedule.T)
    x0 = schedule.split(without + scale * (with_text - without), noise, t)[0]
    first = decode(network.normalizer.inverse(network.normalizer.clip(x0))[0]).pelvis
    for k, sampler in enumerate(("ddpm", "ddim")):
        pelvis = torch.tensor(arrays[f"pelvis{k}"]).reshape(5, 12, 3)
        assert torch.allclose(pelvis[0], first, atol=1e-4, rtol=1e-4)
        sampled = sample(
            network, schedule, text, torch.tensor([12]), SamplingConfig(sampler=sampler, steps=4, seed=7)
        )
        assert torch.allclose(pelvis[-1], decode(sampled[0]).pelvis, atol=1e-5)


def test_denoising_wants_one_caption_and_a_sampler(body, tiny_denoiser, random_text):
    network, text = tiny_denoiser("adaln"), random_text(2)
    with pytest.raises(LabError, match="2 captions"):
        labkit.show.denoising(network, Schedule(), text, 12)
    with pytest.raises(LabError, match="no sampler"):
        labkit.show.denoising(network, Schedule(), random_text(1), 12, samplers=())
    with pytest.raises(LabError, match="no sampler"):
        labkit.show.denoising(network, Schedule(), random_text(1), 12, samplers=())
    with pytest.raises(LabError, match="x_t"):
        labkit.show.denoising(network, Schedule(), text, 12, shown="noise")


def test_player_shows_what_it_is_told(body, random_motion):
    player = labkit.show.Player(random_motion(frames=10), "first", body=body)
    player.frame = 4
    player.show([random_motion(frames=6), random_motion(frames=8)], ["second", "third"])
    assert [t["frames"] for t in player.scene["tracks"]] == [6, 8]
    assert player.frame == 0
    bundle, _ = player._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "image/jpeg" in bundle
    assert carried(bundle["text/html"])[0]["tracks"] == player.scene["tracks"]


@pytest.mark.slow
def test_shipped_module_is_what_the_build_gives(tmp_path):
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm here")
    if not (WIDGET / "node_modules").exists():
        for name in ("package.json", "package-lock.json"):
            shutil.copy(WIDGET / name, tmp_path)
        shutil.copytree(WIDGET / "src", tmp_path / "src")
        if subprocess.run([npm, "ci"], cwd=tmp_path, capture_output=True).returncode:
            pytest.skip("npm cannot fetch esbuild and three: no network?")
    folder = tmp_path if (tmp_path / "src").exists() else WIDGET
    command = [npm, "run", "build", "--", f"--outfile={tmp_path / 'built.js'}"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    assert (tmp_path / "built.js").read_bytes() == MODULE.read_bytes(), (
        "run `make widget` and commit its result"
    )
