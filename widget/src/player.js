// The player: a scene (labkit/show/player/pack.py) and its controls. An anywidget, and a page of its own.

import { Body, unpack } from "./body.js";
import { Stage } from "./stage.js";
import css from "./style.css";

const ICONS = {
  play: "M3 1l11 7-11 7z",
  pause: "M3 1h4v14H3zM9 1h4v14H9z",
  back: "M2 1h3v14H2zM14 1v14L6 8z",
  next: "M11 1h3v14h-3zM2 1l8 7-8 7z",
};
const DARK = matchMedia("(prefers-color-scheme: dark)");
const SPEEDS = [0.25, 0.5, 1, 2];
const CAPTION = 24; // pixels under a body
const HELP = [
  ["drag, Shift + arrows", "turn"],
  ["right drag, two fingers", "move"],
  ["pinch, wheel after a click, + −", "zoom"],
  ["Space", "play or pause"],
  ["← →", "one frame back or on"],
  ["Home, End", "first and last frame"],
  ["[ ]", "slower, faster"],
  ["↑ ↓", "diffusion step, where there is one"],
  ["0", "the view as it was"],
];

/** An element: h("button", {title: "…", onclick}, child, …). */
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** Is the page around us dark? Jupyter, VS Code and Colab say so on their page; else the system does. */
function darkAround() {
  for (const w of [window, window.parent]) {
    try {
      const { dataset, classList } = w.document.body;
      if (dataset.jpThemeLight) return dataset.jpThemeLight === "false";
      if (w.document.documentElement.matches("[theme=dark]")) return true;
      if (/vscode-(dark|high-contrast)/.test(classList)) return true;
      if (classList.contains("vscode-light")) return false;
    } catch {
      break; // the page around us is another site's
    }
  }
  return window.parent === window && DARK.matches;
}

/** Call `act` whenever the page around us may have turned dark or light; returns what ends that. */
function onTheme(act) {
  const observer = new MutationObserver(act);
  for (const w of [window, window.parent]) {
    try {
      for (const e of [w.document.body, w.document.documentElement]) observer.observe(e, { attributeFilter: ["data-jp-theme-light", "class", "theme"] });
    } catch {
      break; // the page around us is another site's
    }
  }
  DARK.addEventListener("change", act);
  return () => (observer.disconnect(), DARK.removeEventListener("change", act));
}

/** Show a scene inside `element`; returns {seek, destroy}. `onFrame` hears at which frame it rests. */
export function mount(element, scene, buffer, onFrame = () => {}) {
  const arrays = unpack(scene.arrays, buffer);
  const { tracks, steps, fps } = scene;
  const frames = Math.max(...tracks.map((t) => t.frames));
  const state = { frame: 0, step: Math.max(steps.length - 1, 0), playing: false, speed: 1, loop: true };
  let dirty = true, moved = true, visible = false, request = 0, clock = 0, before = 0, windows = [], tags = [];

  const root = h("section", { class: "lk", "aria-label": "Motion player", "data-lm-suppress-shortcuts": "true" });
  const stageElement = h("div", { class: "lk-stage", tabindex: "0", role: "application", "aria-label":
    `${tracks.length === 1 ? "A moving body" : `${tracks.length} moving bodies`}: ${tracks.map((t) => t.caption).filter(Boolean).join("; ") || "no caption"}. ` +
    "Space plays or pauses, left and right step by frame, shift and arrows turn the view." });
  root.append(h("style", {}, css), stageElement);
  element.append(root);

  const wake = () => {
    dirty = true;
    if (!request && visible) request = requestAnimationFrame(tick);
  };
  let stage;
  try {
    stage = new Stage(scene, new Body(scene.body, arrays), arrays, stageElement, wake);
    stage.open();
  } catch (error) {
    // see-through, so that the filmstrip behind the page's frame is seen
    root.replaceWith(h("p", { role: "alert", style: "position:absolute;bottom:0;margin:4px;padding:4px 8px;background:#fff;color:#222;font:13px sans-serif" },
      "The player needs WebGL, which is off in this browser."));
    throw error;
  }

  // the controls
  const button = (label, title, onclick, pressed) =>
    h("button", { type: "button", title, "aria-label": typeof label === "string" ? `${label}: ${title}` : title, "aria-pressed": pressed, onclick }, label);
  const playButton = button(icon("play"), "Play", () => play(!state.playing));
  const slider = h("input", { type: "range", min: 0, max: frames - 1, step: 1, value: 0, "aria-label": "Frame", oninput: () => seek(+slider.value) });
  const time = h("output", { "aria-hidden": "true" });
  const toggle = (label, title, on, act) => {
    const b = button(label, title, () => set(b.getAttribute("aria-pressed") !== "true"), String(on));
    const set = (value) => {
      b.setAttribute("aria-pressed", String(value));
      act(value);
      wake();
    };
    return Object.assign(b, { set });
  };
  const choice = (label, entries, value, act) => {
    const s = h("select", { "aria-label": label, title: label, onchange: () => act(s.value) });
    for (const [v, text] of entries) s.append(h("option", { value: v }, text));
    s.value = value;
    return s;
  };
  const speed = choice("Speed", SPEEDS.map((s) => [s, `${s}×`]), 1, (v) => (state.speed = +v));
  const loop = toggle("Loop", "start again at the end", true, (on) => (state.loop = on));
  const follow = toggle("Follow", "the camera goes with the body", true, (on) => (stage.follow = on));
  const overlay = toggle("Overlay", "all bodies in one place, numbered; all but the first see-through", false, (on) => {
    stage.setOverlay(on);
    layOut();
  });
  const path = toggle("Path", "the way of the pelvis, as a line on the floor", false, (on) => stage.actors.forEach((a) => (a.path.visible = on)));
  const joint = choice("Trail of a joint, one dot a frame", [[-1, "Trail: none"], ...scene.joint_names.map((n, j) => [j, `Trail: ${n.replaceAll("_", " ")}`])], -1, (v) => {
    stage.actors.forEach((a) => a.drawTrails(+v));
    wake();
  });
  const dark = toggle("Dark", "a dark background", false, setTheme);
  const help = h("div", { class: "lk-help", hidden: "" }, ...HELP.map(([keys, what]) => h("p", {}, h("kbd", {}, keys), ` ${what}`)));
  const helpButton = toggle("Keys", "what keys and gestures do", false, (on) => (help.hidden = !on));
  const reset = button("Reset view", "as it was at first", () => (stage.reset(), wake()));
  root.append(
    h("div", { class: "lk-bar", role: "group", "aria-label": "Time" },
      button(icon("back"), "One frame back", () => seek(state.frame - 1)), playButton,
      button(icon("next"), "One frame on", () => seek(state.frame + 1)), slider, time),
  );
  const stepSlider = h("input", { type: "range", min: 0, max: Math.max(steps.length - 1, 0), step: 1, value: state.step, "aria-label": "Diffusion step", oninput: () => setStep(+stepSlider.value) });
  const stepName = h("output", { class: "lk-step", "aria-hidden": "true" });
  if (steps.length > 1)
    root.append(h("div", { class: "lk-bar", role: "group", "aria-label": "Diffusion" }, h("span", {}, "noise"), stepSlider, h("span", {}, "motion"), stepName));
  root.append(
    h("div", { class: "lk-bar", role: "group", "aria-label": "Playback and view" }, speed, loop, follow, ...(tracks.length > 1 ? [overlay] : []), path, joint, dark, reset, helpButton),
  );
  root.append(help);

  function setTheme(on) {
    root.classList.toggle("dark", on);
    stage.theme(on ? "dark" : "light");
    wake();
  }

  function layOut() {
    stageElement.querySelectorAll(".lk-panel, .lk-tag").forEach((e) => e.remove());
    const number = (k, classes) => {
      const color = stage.overlay && stage.actors[k].color;
      return h("span", { class: classes, style: color ? `background:${color};color:#111` : undefined }, `${k + 1}`);
    };
    const captions = tracks.map(({ caption }, k) => h("span", {}, ...(tracks.length > 1 ? [number(k, "lk-number"), " "] : []), caption));
    const panels = stage.overlay ? [captions] : captions.map((c) => [c]);
    windows = panels.map(() => h("div", { class: "lk-window" }));
    stageElement.append(...panels.map((text, k) => h("figure", { class: "lk-panel" }, windows[k], h("figcaption", {}, ...text))));
    tags = stage.overlay ? tracks.map((_, k) => number(k, "lk-number lk-tag")) : [];
    tags.forEach((tag) => tag.setAttribute("aria-hidden", "true"));
    stageElement.append(...tags);
    arrange();
  }

  /** As many columns as leave the panels largest. */
  function arrange() {
    const { width, height } = stageElement.getBoundingClientRect();
    const n = windows.length;
    let best = [0, 1];
    for (let columns = 1; columns <= n; columns++) {
      const size = Math.min((width / columns) * 1.15, height / Math.ceil(n / columns) - CAPTION);
      if (size > best[0]) best = [size, columns];
    }
    stageElement.style.gridTemplateColumns = `repeat(${best[1]}, minmax(0, 1fr))`;
    wake();
  }

  function play(on) {
    if (on && state.frame === frames - 1) clock = 0;
    else clock = state.frame;
    state.playing = on;
    before = 0;
    playButton.replaceChildren(icon(on ? "pause" : "play"));
    playButton.title = on ? "Pause" : "Play";
    playButton.setAttribute("aria-label", playButton.title);
    if (!on) onFrame(state.frame);
    wake();
  }

  function showFrame(frame) {
    state.frame = frame;
    moved = true;
    slider.value = frame;
    slider.setAttribute("aria-valuetext", `frame ${frame + 1} of ${frames}, ${(frame / fps).toFixed(2)} seconds`);
    time.textContent = `${(frame / fps).toFixed(2)} s · ${frame + 1}/${frames}`;
    wake();
  }

  function seek(frame) {
    if (state.playing) play(false);
    showFrame(Math.min(Math.max(frame, 0), frames - 1));
    onFrame(state.frame);
  }

  function setStep(step) {
    if (!steps.length) return;
    state.step = Math.min(Math.max(step, 0), steps.length - 1);
    stepSlider.value = state.step;
    stepSlider.setAttribute("aria-valuetext", steps[state.step]);
    stepName.textContent = steps[state.step];
    moved = true;
    wake();
  }

  function tick(now) {
    request = 0;
    if (!visible) return;
    if (state.playing) {
      if (before) clock += ((now - before) / 1000) * fps * state.speed;
      before = now;
      if (clock >= frames) {
        if (state.loop) clock %= frames;
        else {
          showFrame(frames - 1);
          play(false);
        }
      }
      if (state.playing && Math.floor(clock) !== state.frame) showFrame(Math.floor(clock));
      request ||= requestAnimationFrame(tick);
    }
    if (!dirty) return;
    dirty = false;
    if (moved) stage.moveTo(state.frame, state.step);
    moved = false;
    stage.draw(windows);
    tags.forEach((tag, k) => Object.assign(tag.style, { left: `${stage.tags[k].x}px`, top: `${stage.tags[k].y}px` }));
    root.dataset.frame = state.frame;
  }

  stageElement.addEventListener("keydown", (event) => {
    const turn = { ArrowLeft: [-0.15, 0], ArrowRight: [0.15, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] }[event.key];
    const act = {
      " ": () => play(!state.playing),
      ArrowLeft: () => seek(state.frame - 1),
      ArrowRight: () => seek(state.frame + 1),
      ArrowUp: () => setStep(state.step + 1),
      ArrowDown: () => setStep(state.step - 1),
      Home: () => seek(0),
      End: () => seek(frames - 1),
      "+": () => stage.turn(0, 0, 0.9),
      "-": () => stage.turn(0, 0, 1.1),
      0: () => stage.reset(),
      "[": () => faster(-1),
      "]": () => faster(1),
    }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || !act) return;
    if (event.shiftKey && turn) stage.turn(...turn);
    else act();
    event.preventDefault();
    event.stopPropagation();
    wake();
  });
  const faster = (by) => {
    const at = Math.min(Math.max(SPEEDS.indexOf(state.speed) + by, 0), SPEEDS.length - 1);
    speed.value = state.speed = SPEEDS[at];
  };
  // The wheel scrolls the notebook until the player has been clicked.
  stageElement.addEventListener("wheel", (event) => document.activeElement === stageElement || event.stopImmediatePropagation(), { capture: true });
  stageElement.addEventListener("pointerdown", () => stageElement.focus({ preventScroll: true }));

  const sized = new ResizeObserver(arrange);
  sized.observe(stageElement);
  const seen = new IntersectionObserver(([entry]) => {
    visible = entry.isIntersecting;
    before = 0;
    if (!visible) return stage.close();
    stage.open();
    moved = true;
    wake();
  });
  seen.observe(root);

  dark.set(darkAround());
  const themeEnd = onTheme(() => dark.set(darkAround()));
  layOut();
  showFrame(0);
  setStep(state.step);
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) play(true);

  return {
    seek: (frame) => (state.playing || frame !== state.frame) && seek(frame),
    destroy() {
      sized.disconnect();
      seen.disconnect();
      themeEnd();
      cancelAnimationFrame(request);
      visible = false;
      stage.controls.dispose();
      stage.close();
      root.remove();
    },
  };
}

/** anywidget: the model has `scene` (facts), `data` (bytes), `height` (pixels) and `frame`. */
function render({ model, el }) {
  const frame = h("div");
  el.append(frame);
  let player;
  const show = () => {
    player?.destroy();
    frame.style.height = `${model.get("height")}px`;
    const view = model.get("data");
    const buffer = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
    player = mount(frame, model.get("scene"), buffer, (at) => {
      model.set("frame", at);
      model.save_changes();
    });
    if (model.get("frame")) player.seek(model.get("frame"));
  };
  show();
  let asked = false;
  model.on("change:scene change:data", () => {
    if (!asked) queueMicrotask(() => ((asked = false), show()));
    asked = true;
  });
  model.on("change:frame", () => player.seek(model.get("frame")));
  return () => player.destroy();
}

export default { render };

// A page of its own carries its scene with it: see labkit/show/player/page.py.
globalThis.labkitScene?.then(({ element, scene, buffer }) => mount(element, scene, buffer));
