// What is drawn: bodies, floor, shadow, trails. One canvas lies behind all panels; each panel is a window on it.

import * as THREE from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { Line2 } from "three/addons/lines/Line2.js";
import { LineGeometry } from "three/addons/lines/LineGeometry.js";
import { LineMaterial } from "three/addons/lines/LineMaterial.js";
import { vertexNormals } from "./body.js";

const VIEW_ANGLE = 28; // degrees, as in labkit/render/camera.py
const SIDE = (32 * Math.PI) / 180;
const ABOVE = (9 * Math.PI) / 180;
const SMALLEST = 0.95; // metres above and below the middle that are always in view, so that crouching looks small
const FLESH = 0.13; // metres between a joint and the skin around it
const MIDDLE = 0.88; // metres above the floor that the camera looks at
const HEAD = 15;
const TAG = 20; // pixels from the middle of one body's number to the next
const GRID = 0.5; // metres between lines
const FLOOR_SIZE = 12; // metres from the body to where the floor has faded away
const GHOSTS = ["#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"]; // Okabe and Ito: distinct for all eyes
const THEMES = {
  light: { sky: 0xf2f5f9, floor: 0xdbe1e9, line: 0xa9b5c4, trail: 0xc2410c, joint: 0x6d28d9, shadow: 0.28 },
  dark: { sky: 0x1b2029, floor: 0x2b323d, line: 0x4f5b6c, trail: 0xfb923c, joint: 0xc4b5fd, shadow: 0.5 },
};

// The floor: lines every GRID metres that keep their width on the screen and fade away from the body.
const FLOOR = {
  vertexShader: `varying vec2 at; varying vec2 off;
    void main() {
      vec4 world = modelMatrix * vec4(position, 1.0);
      at = world.xy; off = position.xy;
      gl_Position = projectionMatrix * viewMatrix * world;
    }`,
  fragmentShader: `uniform vec3 floorColor; uniform vec3 lineColor; uniform float reach; varying vec2 at; varying vec2 off;
    void main() {
      vec2 cell = at / ${GRID.toFixed(2)};
      vec2 width = fwidth(cell) * 0.7;
      vec2 near = abs(fract(cell - 0.5) - 0.5);
      vec2 line = (1.0 - smoothstep(width * 0.5, width * 1.5, near)) * (1.0 - smoothstep(0.15, 0.5, width));
      gl_FragColor = vec4(mix(floorColor, lineColor, max(line.x, line.y)), 1.0 - smoothstep(0.25 * reach, reach, length(off)));
      #include <colorspace_fragment>
    }`,
};

/** Points are squares; cut off the corners. */
function round(shader) {
  shader.fragmentShader = shader.fragmentShader.replace("void main() {", "void main() { if (distance(gl_PointCoord, vec2(0.5)) > 0.5) discard;");
}

/** One moving body: its mesh, its trails, and where it is at a frame. */
class Actor {
  constructor(scene, k, body, arrays, shared) {
    const track = scene.tracks[k];
    Object.assign(this, { track, body });
    this.motion = { pose: arrays[`pose${k}`], pelvis: arrays[`pelvis${k}`], rotations: scene.rotations, angle: scene.angle };
    this.joints = new Float32Array(body.restJoints.length);

    const geometry = new THREE.BufferGeometry();
    this.position = new THREE.BufferAttribute(new Float32Array(body.rest.length), 3).setUsage(THREE.DynamicDrawUsage);
    this.normal = new THREE.BufferAttribute(new Float32Array(body.rest.length), 3).setUsage(THREE.DynamicDrawUsage);
    geometry.setAttribute("position", this.position);
    geometry.setAttribute("normal", this.normal);
    geometry.setAttribute("color", shared.colors);
    geometry.setIndex(shared.index);
    this.plain = new THREE.MeshLambertMaterial({ vertexColors: true });
    this.color = k ? GHOSTS[(k - 1) % GHOSTS.length] : null; // as a ghost; the first is none
    this.ghost = k ? new THREE.MeshLambertMaterial({ color: this.color, transparent: true, opacity: 0.55 }) : this.plain;
    this.mesh = new THREE.Mesh(geometry, this.plain);
    this.mesh.frustumCulled = false;
    this.mesh.castShadow = true;

    const dots = new THREE.BufferGeometry().setAttribute("position", new THREE.BufferAttribute(new Float32Array(3 * track.frames), 3));
    this.dots = new THREE.Points(dots, new THREE.PointsMaterial({ size: 6, sizeAttenuation: false }));
    this.dots.material.onBeforeCompile = round;
    this.path = new Line2(new LineGeometry(), new LineMaterial({ linewidth: 3 }));
    for (const trail of [this.dots, this.path]) trail.frustumCulled = trail.visible = false;
    this.group = new THREE.Group().add(this.mesh, this.path, this.dots);
    this.jointOfDots = -1;
    this.step = -1;
  }

  /** Take up the pose of `frame`, in version `step` of the motion. */
  moveTo(frame, step) {
    const { track, body } = this;
    frame = Math.min(frame, track.frames - 1);
    if (step !== this.step) {
      this.step = step;
      this.smoothPath();
      this.measure();
      this.drawTrails();
    }
    body.pose(this.motion, step * track.frames + frame, this.joints);
    body.vertices(this.joints, this.position.array);
    vertexNormals(this.position.array, body.faces, this.normal.array);
    this.position.needsUpdate = this.normal.needsUpdate = true;
    this.path.geometry.instanceCount = frame;
    this.dots.geometry.setDrawRange(0, frame + 1);
    this.frame = frame;
  }

  /** The way of the pelvis over the floor, low-passed over half a second, for a calm camera. */
  smoothPath() {
    const { frames } = this.track, { pelvis } = this.motion;
    const at = 3 * frames * this.step;
    const weights = Array.from({ length: 41 }, (_, i) => Math.exp(-0.5 * ((i - 20) / 10) ** 2));
    const total = weights.reduce((a, b) => a + b);
    this.way = new Float32Array(2 * frames);
    for (let f = 0; f < frames; f++)
      weights.forEach((w, i) => {
        const from = at + 3 * Math.min(Math.max(f + i - 20, 0), frames - 1);
        this.way[2 * f] += (w / total) * pelvis[from];
        this.way[2 * f + 1] += (w / total) * pelvis[from + 1];
      });
  }

  /** How far the body reaches, in all frames: up or down from MIDDLE, and sideways from its smoothed way. */
  measure() {
    const { frames } = this.track;
    const joints = new Float32Array(this.joints.length);
    this.reach = { tall: 0, wide: 0 };
    for (let f = 0; f < frames; f++) {
      this.body.pose(this.motion, frames * this.step + f, joints);
      for (let j = 0; j < joints.length; j += 3) {
        const side = Math.hypot(joints[j] - this.way[2 * f], joints[j + 1] - this.way[2 * f + 1]);
        this.reach.wide = Math.max(this.reach.wide, side + FLESH);
        this.reach.tall = Math.max(this.reach.tall, Math.abs(joints[j + 2] - MIDDLE) + FLESH);
      }
    }
  }

  drawTrails(joint = this.jointOfDots) {
    this.jointOfDots = joint;
    const { frames } = this.track, { pelvis } = this.motion;
    const first = frames * this.step;
    const path = new Float32Array(3 * frames);
    const dots = this.dots.geometry.getAttribute("position");
    const joints = new Float32Array(this.joints.length);
    for (let f = 0; f < frames; f++) {
      path.set([pelvis[3 * (first + f)], pelvis[3 * (first + f) + 1], 0.006], 3 * f);
      if (joint < 0) continue;
      this.body.pose(this.motion, first + f, joints);
      dots.setXYZ(f, joints[3 * joint], joints[3 * joint + 1], joints[3 * joint + 2]);
    }
    this.path.geometry.dispose();
    this.path.geometry = new LineGeometry();
    if (frames > 1) this.path.geometry.setPositions(path);
    this.path.geometry.instanceCount = this.frame ?? 0;
    dots.needsUpdate = true;
    this.dots.visible = joint >= 0;
  }

  /** The point of the floor that a camera follows, or the middle of the whole way. */
  target(follow) {
    if (follow) return new THREE.Vector3(this.way[2 * this.frame], this.way[2 * this.frame + 1], 0);
    const { low, high } = this.extent();
    return new THREE.Vector3((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, 0);
  }

  extent() {
    const low = [Infinity, Infinity], high = [-Infinity, -Infinity];
    for (let i = 0; i < this.way.length; i++) {
      low[i % 2] = Math.min(low[i % 2], this.way[i]);
      high[i % 2] = Math.max(high[i % 2], this.way[i]);
    }
    return { low, high, radius: Math.hypot(high[0] - low[0], high[1] - low[1]) / 2 };
  }
}

export class Stage {
  /** scene, body, arrays: see labkit/show/player/pack.py. root: the element whose child the canvas is. */
  constructor(scene, body, arrays, root, onChange) {
    this.root = root;
    this.follow = true;
    this.overlay = false;
    this.world = new THREE.Scene();
    const rgb = new THREE.Color();
    const colors = new Float32Array(body.colors.length);
    for (let i = 0; i < colors.length; i += 3)
      rgb.setRGB(body.colors[i] / 255, body.colors[i + 1] / 255, body.colors[i + 2] / 255, THREE.SRGBColorSpace).toArray(colors, i);
    const shared = { colors: new THREE.BufferAttribute(colors, 3), index: new THREE.BufferAttribute(body.faces, 1) };
    this.actors = scene.tracks.map((_, k) => new Actor(scene, k, body, arrays, shared));
    this.world.add(...this.actors.map((a) => a.group));

    this.light = new THREE.DirectionalLight(0xffffff, 2.2);
    this.light.castShadow = true;
    this.light.shadow.mapSize.set(512, 512);
    this.light.shadow.radius = 4;
    this.light.shadow.bias = -0.002;
    this.light.shadow.normalBias = 0.02;
    this.fill = new THREE.HemisphereLight(0xffffff, 0x8d93a0, 1.5);
    this.fill.position.set(0, 0, 1);
    const plane = new THREE.PlaneGeometry(2 * FLOOR_SIZE, 2 * FLOOR_SIZE);
    const uniforms = { floorColor: { value: new THREE.Color() }, lineColor: { value: new THREE.Color() }, reach: { value: FLOOR_SIZE } };
    this.grid = new THREE.Mesh(plane, new THREE.ShaderMaterial({ ...FLOOR, uniforms, transparent: true, depthWrite: false }));
    this.grid.position.z = -0.004;
    this.grid.renderOrder = -2;
    this.floor = new THREE.Mesh(plane, new THREE.ShadowMaterial({ depthWrite: false }));
    this.floor.position.z = -0.002;
    this.floor.renderOrder = -1;
    this.floor.receiveShadow = true;
    this.world.add(this.light, this.light.target, this.fill, this.grid, this.floor);

    // One camera is turned by the user around the origin; every panel moves it to its own body.
    this.orbit = new THREE.PerspectiveCamera(VIEW_ANGLE, 1, 0.1, 100);
    this.orbit.up.set(0, 0, 1);
    this.controls = new OrbitControls(this.orbit, root);
    // A finger that starts up or down scrolls the notebook; what it turned before that was known is undone.
    root.style.touchAction = "pan-y";
    root.addEventListener("pointerdown", () => this.controls.saveState());
    root.addEventListener("pointercancel", () => this.controls.reset());
    this.controls.maxPolarAngle = Math.PI * 0.62;
    this.controls.minDistance = 0.8;
    this.controls.maxDistance = 40;
    this.controls.addEventListener("change", onChange);
    this.reset();
  }

  /** Back to the view from the front and the side. */
  reset() {
    const angle = this.actors[0].track.heading - SIDE;
    const toCamera = new THREE.Vector3(Math.sin(angle) * Math.cos(ABOVE), -Math.cos(angle) * Math.cos(ABOVE), Math.sin(ABOVE));
    const right = new THREE.Vector3(Math.cos(angle), Math.sin(angle), 0);
    this.fit = 4;
    this.lightFrom = toCamera.clone().multiplyScalar(0.36).addScaledVector(right, -0.38).add(new THREE.Vector3(0, 0, 1)).normalize();
    this.controls.target.set(0, 0, MIDDLE);
    this.orbit.position.copy(toCamera).multiplyScalar(this.fit).add(this.controls.target);
    this.controls.update();
  }

  /** Turn by angles in radians and zoom by a factor: for the keyboard. */
  turn(azimuth, polar, zoom = 1) {
    const offset = this.orbit.position.clone().sub(this.controls.target);
    const spherical = new THREE.Spherical().setFromVector3(new THREE.Vector3(offset.x, offset.z, -offset.y));
    spherical.theta += azimuth;
    spherical.phi = Math.min(Math.max(spherical.phi + polar, 0.05), this.controls.maxPolarAngle);
    spherical.radius *= zoom;
    const v = new THREE.Vector3().setFromSpherical(spherical);
    this.orbit.position.set(v.x, -v.z, v.y).add(this.controls.target);
    this.controls.update();
  }

  theme(name) {
    const t = THEMES[name];
    this.world.background = new THREE.Color(t.sky);
    this.grid.material.uniforms.floorColor.value.set(t.floor);
    this.grid.material.uniforms.lineColor.value.set(t.line);
    this.floor.material.opacity = t.shadow;
    this.trails = t;
    this.colorTrails();
  }

  /** Where bodies stand in one place, a ghost's trails have its colour. */
  colorTrails() {
    for (const a of this.actors) {
      const own = this.overlay && a.color;
      a.path.material.color.set(own || this.trails.trail);
      a.dots.material.color.set(own || this.trails.joint);
    }
  }

  /** A fresh canvas: browsers keep only about 16 of them alive, so one out of sight is given back by `close`. */
  open() {
    if (this.renderer) return;
    this.renderer = new THREE.WebGLRenderer({ antialias: true });
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = THREE.PCFShadowMap;
    this.renderer.setScissorTest(true);
    this.renderer.domElement.setAttribute("aria-hidden", "true");
    this.root.prepend(this.renderer.domElement);
  }

  close() {
    if (!this.renderer) return;
    this.light.shadow.map?.dispose();
    this.light.shadow.map = null;
    this.renderer.dispose();
    this.renderer.forceContextLoss();
    this.renderer.domElement.remove();
    this.renderer = null;
  }

  moveTo(frame, step) {
    for (const actor of this.actors) actor.moveTo(frame, step);
  }

  /** Draw every panel: `windows` are elements inside root, one an actor or, overlaid, one for all. */
  draw(windows) {
    const { renderer, root, orbit, controls } = this;
    const outer = root.getBoundingClientRect();
    if (!renderer || !outer.width || !outer.height) return;
    const size = renderer.getSize(new THREE.Vector2());
    const ratio = Math.min(window.devicePixelRatio, 2);
    if (size.x !== Math.floor(outer.width) || size.y !== Math.floor(outer.height) || renderer.getPixelRatio() !== ratio) {
      renderer.setPixelRatio(ratio);
      renderer.setSize(Math.floor(outer.width), Math.floor(outer.height));
    }
    renderer.setClearColor(this.world.background);
    renderer.setViewport(0, 0, outer.width, outer.height);
    renderer.setScissor(0, 0, outer.width, outer.height);
    renderer.clear();

    const casts = this.overlay ? [this.actors] : this.actors.map((a) => [a]);
    const targets = casts.map((cast) =>
      cast.reduce((sum, a) => sum.addScaledVector(a.target(this.follow), 1 / cast.length), new THREE.Vector3()),
    );
    const reach = casts.map((cast, k) =>
      Math.max(...cast.map((a) => a.target(this.follow).distanceTo(targets[k]) + a.reach.wide + (this.follow ? 0 : a.extent().radius))),
    );
    const box = windows[0].getBoundingClientRect();
    const tall = Math.max(SMALLEST, ...this.actors.map((a) => a.reach.tall));
    const wide = Math.min(Math.max(...reach), 8);
    const half = Math.tan((VIEW_ANGLE * Math.PI) / 360);
    const fit = Math.max(tall / half, (wide / half) * (box.height / Math.max(box.width, 1))) + wide / 2;
    if (Math.abs(fit / this.fit - 1) > 1e-3) {
      orbit.position.sub(controls.target).multiplyScalar(fit / this.fit).add(controls.target);
      this.fit = fit;
      controls.update();
    }
    const camera = orbit.clone();
    this.tags = [];
    windows.forEach((element, k) => {
      const r = element.getBoundingClientRect();
      const [left, bottom] = [r.left - outer.left, outer.bottom - r.bottom];
      for (const a of this.actors) a.group.visible = casts[k].includes(a);
      camera.aspect = r.width / Math.max(r.height, 1);
      camera.position.copy(orbit.position).add(targets[k]);
      camera.updateProjectionMatrix();
      camera.updateMatrixWorld();
      this.light.target.position.copy(targets[k]);
      this.light.position.copy(targets[k]).addScaledVector(this.lightFrom, 20);
      const shadow = this.light.shadow.camera;
      shadow.left = shadow.bottom = -(shadow.right = shadow.top = 0.6 + Math.min(reach[k], 8));
      shadow.near = 1;
      shadow.far = 40;
      shadow.updateProjectionMatrix();
      for (const plane of [this.grid, this.floor]) plane.position.set(targets[k].x, targets[k].y, plane.position.z);
      renderer.setViewport(left, bottom, r.width, r.height);
      renderer.setScissor(left, bottom, r.width, r.height);
      renderer.render(this.world, camera);
      for (const a of casts[k]) {
        const head = new THREE.Vector3().fromArray(a.joints, 3 * HEAD).add(new THREE.Vector3(0, 0, 0.32)).project(camera);
        const tag = { x: left + ((head.x + 1) / 2) * r.width, y: outer.height - bottom - ((head.y + 1) / 2) * r.height };
        while (this.tags.some((other) => Math.hypot(other.x - tag.x, other.y - tag.y) < TAG)) tag.y -= TAG / 2;
        this.tags.push(tag);
      }
    });
  }

  setOverlay(on) {
    this.overlay = on;
    for (const a of this.actors) a.mesh.material = on ? a.ghost : a.plain;
    this.colorTrails();
  }
}
