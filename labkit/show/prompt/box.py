"""``labkit.prompt_box()``: generate motion from a caption, with buttons."""

import base64
import contextlib
import html
import logging
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import ipywidgets as widgets
from IPython.display import HTML, DisplayHandle, display

from labkit.body import Body, load_body
from labkit.diffusion import SAMPLERS, SamplingConfig
from labkit.generate import generate
from labkit.models import NETWORKS
from labkit.paths import LabError
from labkit.render.video import render_video
from labkit.show.figures.style import NETWORK_LABELS
from labkit.show.player.scene import HEIGHT, Scene
from labkit.show.prompt.code_source import mistake, overview
from labkit.show.prompt.history import Generated, Prompt, captions, file_stem
from labkit.show.prompt.job import BackgroundJob, Stopped, in_colab
from labkit.smpl_file import write_smpl
from labkit.stubs import EmptyExercise

KEPT = 8  # motions in the history
COMPARED = 3  # of them, bodies in the player
DEFAULTS = SamplingConfig()
OUT = Path("out")  # where downloads lie, too
STYLE = Path(__file__).with_name("box.css").read_text("utf-8")
AGAIN = "The prompt box works while its kernel runs: run this cell to ask for a motion."


class PromptBox:
    """The prompt box, see :func:`prompt_box`.

    history: generated motions, newest first. shown: those in the player.
    """

    def __init__(self, body: Body | None = None):
        self.body = body or load_body()
        self.history: list[Generated] = []
        self.shown: list[Generated] = []
        self.job: BackgroundJob | None = None
        self._kept: DisplayHandle | None = None  # the output that a saved notebook keeps
        self._name = f"labkit-prompt-{uuid.uuid4().hex[:8]}"

        self.caption = widgets.Text(
            "a person waves with the left hand", description="Caption", placeholder="a person …"
        )
        self.network = widgets.Dropdown(
            options=[(NETWORK_LABELS[name], name) for name in NETWORKS],
            value="cross_attention",
            description="Network",
        )
        self.sampler = widgets.Dropdown(
            options=[(name.upper(), name) for name in SAMPLERS], value=DEFAULTS.sampler, description="Sampler"
        )
        self.steps = widgets.IntText(DEFAULTS.steps, description="Steps")
        self.guidance_scale = widgets.BoundedFloatText(
            DEFAULTS.guidance_scale, min=0, max=20, step=0.5, description="Guidance scale"
        )
        self.seconds = widgets.FloatText(6, step=0.5, description="Seconds")
        self.seed = widgets.BoundedIntText(0, max=2**31 - 1, description="Seed")
        self._settings = [
            self.network, self.sampler, self.steps, self.guidance_scale, self.seconds, self.seed,
        ]  # fmt: skip
        self.generate = widgets.Button(description="Generate", button_style="primary", icon="play")
        self.cancel = widgets.Button(description="Cancel", icon="stop", disabled=True)
        self.mp4 = widgets.Button(description="Video (mp4)", icon="download", disabled=True)
        self.npz = widgets.Button(description="SMPL parameters (npz)", icon="download", disabled=True)
        self.progress, self.message, self.view, self.links, self._whose = (widgets.HTML() for _ in range(5))
        self.choice = widgets.VBox()
        self.widget = self._laid_out()
        self._show_overview()

        self.generate.on_click(self._on_generate)
        self.caption.on_msg(lambda _, content, __: content.get("event") == "submit" and self._on_generate())
        self.cancel.on_click(self._on_cancel)
        self.mp4.on_click(lambda _: self._start("Drawing the video", self._save_mp4))
        self.npz.on_click(lambda _: self._start("Writing", self._save_npz))

    def _laid_out(self) -> widgets.Widget:
        style = widgets.HTML(f"<style>{STYLE}</style>")
        settings = widgets.GridBox(self._settings)
        run = widgets.HBox([self.generate, self.cancel, self.progress])
        files = widgets.HBox([self.mp4, self.npz])
        named = {
            "settings": settings, "run": run, "progress": self.progress, "view": self.view,
            "whose": self._whose, "choice": self.choice, "links": self.links, "files": files,
        }  # fmt: skip
        for name, part in named.items():
            part.add_class(f"lkp-{name}")
        self._result_only = [self.choice, files]
        self._appear(False)
        box = widgets.VBox([
            style, self.caption, settings, self._whose, run,
            self.message, self.view, self.choice, files, self.links,
        ])  # fmt: skip
        box.add_class("labkit-prompt")
        box.add_class(self._name)
        return box

    def _appear(self, generated: bool) -> None:
        """History and downloads are there once there is something to choose."""
        for part in self._result_only:
            part.layout.display = "" if generated else "none"

    # What happens behind the buttons

    def _on_cancel(self, _) -> None:
        if job := self.job:  # none where the click comes too late
            job.cancel()

    def _on_generate(self, *_) -> None:
        config = SamplingConfig(
            sampler=self.sampler.value, steps=self.steps.value, guidance_scale=self.guidance_scale.value,
            seed=self.seed.value,
        )  # fmt: skip
        prompt = Prompt(self.caption.value, self.network.value, self.seconds.value, config)
        self._start("Loading the network", lambda job: self._generate(job, prompt), prompt)

    def _generate(self, job: BackgroundJob, prompt: Prompt) -> str:
        """Generate the motion and show it → warnings, as one line."""
        done, before, steps = 0, 0.0, prompt.config.steps

        def callback(*_) -> None:
            nonlocal done, before
            job.check()
            done += 1
            if time.monotonic() - before > 0.1 or done == steps:
                before = time.monotonic()
                self._show_progress(f"step {done} of {steps}", done, steps)

        with logged_warnings() as warnings:
            (motion,) = generate(
                [prompt.caption],
                prompt.network,
                seconds=prompt.seconds,
                config=prompt.config,
                callback=callback,
            )
        job.check()
        result = Generated(prompt, motion)
        self._show([result])
        self.history = [result, *self.history][:KEPT]
        self._offer()
        return " ".join(warnings)

    def _save_mp4(self, job: BackgroundJob) -> None:
        motions, prompts = [r.motion for r in self.shown], [r.prompt for r in self.shown]
        path = OUT / f"{file_stem(prompts)}.mp4"
        render_video(path, motions, self.body, captions(prompts), progress=False)
        self.links.value = link(path, "video/mp4")

    def _save_npz(self, job: BackgroundJob) -> None:
        paths = [OUT / f"{file_stem([d.prompt])}.npz" for d in self.shown]
        for path, generated in zip(paths, self.shown):
            write_smpl(path, generated.motion, self.body, generated.prompt.caption)
        self.links.value = "<br>".join(link(path, "application/zip") for path in paths)

    def _start(
        self, doing: str, work: Callable[[BackgroundJob], str | None], prompt: Prompt | None = None
    ) -> None:
        """Do `work` as a job, unless there is one: what goes wrong in it becomes one line in the box.

        prompt: of the motion that the work generates, if it does.
        """
        if self.job:  # clicked before the buttons were off
            return

        def run(job: BackgroundJob) -> None:
            line = ""
            try:
                line = work(job) or ""
            except (Stopped, KeyboardInterrupt):
                line = "Cancelled: nothing was generated."
            except (LabError, EmptyExercise, OSError) as error:
                line = str(error)
            except BaseException as error:  # a learner's code runs here: whatever it raises, exit() too
                line = mistake(error, prompt)
            finally:
                self.job = None
                self._busy(False)
                self.progress.value = ""
                self._show_message(line)

        self._show_message("")
        self.links.value = ""
        self._show_overview()
        self._busy(True)
        hint = " To stop, choose Runtime → Interrupt execution." if in_colab() else ""
        self._show_progress(f"{doing} …{hint}")
        self.job = BackgroundJob(run)
        self.job.start()

    # What is seen

    def _busy(self, busy: bool) -> None:
        for part in (*self._settings, self.caption, self.generate, self.mp4, self.npz, *self.choice.children):
            part.disabled = busy
        self.cancel.disabled = not busy or in_colab()

    def _show_message(self, line: str) -> None:
        self.message.value = f'<div role="alert" class="lkp-line">{html.escape(line)}</div>' if line else ""

    def _show_progress(self, words: str, done: int | None = None, steps: int = 1) -> None:
        value = "" if done is None else f' value="{done}" max="{steps}"'
        self.progress.value = f'<progress aria-label="Progress"{value}></progress><span>{words}</span>'

    def _show_overview(self) -> None:
        self._whose.value = html.escape(overview())

    def _show(self, generated: list[Generated]) -> None:
        """Show these motions side by side; the saved notebook keeps them, too."""
        scene = Scene([d.motion for d in generated], captions([d.prompt for d in generated]), self.body)
        self.view.value = str(scene.view(HEIGHT).data)
        self.shown = generated
        if self._kept:
            self._kept.update(HTML(self._saved()))

    def _offer(self) -> None:
        """The history as boxes to tick."""
        self._ticks = [_tick(generated, generated in self.shown) for generated in self.history]
        for tick in self._ticks:
            tick.observe(self._on_tick, "value")
        title = widgets.HTML(f"<b>History</b>: tick up to {COMPARED} to compare")
        self.choice.children = [title, *self._ticks]
        self._appear(True)

    def _on_tick(self, change) -> None:
        ticked = [generated for generated, tick in zip(self.history, self._ticks) if tick.value]
        if self.job or ticked == self.shown:
            return
        if len(ticked) in range(1, COMPARED + 1):
            self._start("Comparing", lambda job: self._show(ticked))
        else:
            change.owner.value = change.old
            if ticked:
                self._show_message(
                    f"{COMPARED} bodies fit beside each other: take out one of the others first"
                )

    def _saved(self) -> str:
        """What the notebook's file keeps: hidden wherever the live widget is there.

        Where it is not, JupyterLab's own line about a missing widget is hidden.
        """
        saved = f"{self._name}-saved"
        style = (
            f"body:has(.{self._name}) .{saved},"
            f".jp-OutputArea-child:has(+ .jp-OutputArea-child .{saved}):not(:has(.{self._name}))"
            "{display:none}"
        )
        return f'<style>{style}</style><div class="{saved}"><p>{AGAIN}</p>{self.view.value}</div>'

    def _ipython_display_(self) -> None:
        data = self.widget._repr_mimebundle_() or {}
        display(data | {"text/plain": "labkit's prompt box", "text/html": "<b>Prompt box</b>"}, raw=True)
        self._kept = display(HTML(self._saved()), display_id=self._name)


@contextlib.contextmanager
def logged_warnings() -> Iterator[list[str]]:
    """Messages that labkit logs meanwhile; in a notebook they would appear outside of the box."""
    messages: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: messages.append(record.getMessage())
    logger = logging.getLogger("labkit")
    logger.addHandler(handler)
    try:
        yield messages
    finally:
        logger.removeHandler(handler)


def _tick(generated: Generated, on: bool) -> widgets.Checkbox:
    words = " · ".join([generated.prompt.caption, *generated.prompt.words().values()])
    return widgets.Checkbox(on, description=words, indent=False)


def link(path: Path, kind: str) -> str:
    """A link that contains the file, for notebooks whose kernel is on another machine."""
    data = path.read_bytes()
    address = f"data:{kind};base64,{base64.b64encode(data).decode()}"
    name = html.escape(path.name, quote=True)
    size = f"{len(data) / 1000:,.0f} kB"
    return f'<a download="{name}" href="{address}">Download</a> ({size}), also in {html.escape(str(path))}'


def prompt_box(body: Body | None = None) -> PromptBox:
    """A box in the notebook that turns captions into motion with your own code, where you have written it.

    Choose network, sampler and settings, press Generate or Enter, and turn the body. Results stay in a
    history, to be shown side by side, and can be downloaded as a video or as SMPL parameters.
    body: None is :func:`load_body`'s.
    """
    return PromptBox(body)
