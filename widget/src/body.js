// The body, moved as labkit/body.py moves it: correctives of the pose, then linear blend skinning.

const TYPES = { uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array, uint32: Uint32Array, float32: Float32Array };

/** The arrays of a scene as typed arrays by name; `buffer` is an ArrayBuffer, every offset a multiple of 4. */
export function unpack(arrays, buffer) {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { dtype, offset, length, columns }]) => {
      const array = new TYPES[dtype](buffer, offset, length);
      return [name, columns ? summed(array, columns) : array];
    }),
  );
}

/** What differences, column by column, add up to, row by row; integers wrap around as they did in Python. */
function summed(differences, columns) {
  const out = new differences.constructor(differences.length);
  const rows = out.length / columns;
  for (let c = 0, i = 0; c < columns; c++)
    for (let at = c, last = 0; at < rows * columns; at += columns) last = out[at] = last + differences[i++];
  return out;
}

/** 3×3 rotation, row by row, of the rotation vector (u, v, t), in radians, written into out at `at`. */
function rotation(u, v, t, out, at) {
  const angle = Math.hypot(u, v, t);
  const s = angle > 1e-9 ? Math.sin(angle / 2) / angle : 0.5;
  const x = s * u, y = s * v, z = s * t, w = Math.cos(angle / 2);
  out[at] = 1 - 2 * (y * y + z * z);
  out[at + 1] = 2 * (x * y - z * w);
  out[at + 2] = 2 * (x * z + y * w);
  out[at + 3] = 2 * (x * y + z * w);
  out[at + 4] = 1 - 2 * (x * x + z * z);
  out[at + 5] = 2 * (y * z - x * w);
  out[at + 6] = 2 * (x * z - y * w);
  out[at + 7] = 2 * (y * z + x * w);
  out[at + 8] = 1 - 2 * (x * x + y * y);
}

/** Weights that add up to 1 for every vertex, which has `influences` of them. */
function normalized(weights, influences) {
  const out = new Float32Array(weights.length);
  for (let i = 0; i < out.length; i += influences) {
    const sum = weights.subarray(i, i + influences).reduce((a, b) => a + b);
    for (let k = i; k < i + influences; k++) out[k] = weights[k] / sum;
  }
  return out;
}

/** A mesh with its skeleton. `facts` is the scene's "body", `arrays` what unpack returned. */
export class Body {
  constructor(facts, arrays) {
    this.parents = facts.parents;
    this.restJoints = Float32Array.from(facts.rest_joints.flat());
    this.faces = arrays.faces;
    this.colors = arrays.colors;
    this.influences = facts.influences;
    this.joints = arrays.joints;
    this.weights = normalized(arrays.weights, this.influences);
    this.rest = Float32Array.from(arrays.rest, (q, i) => facts.low[i % 3] + q * facts.step);
    this.corrective = { rows: arrays.corrective_rows, at: arrays.corrective_at, value: arrays.corrective, step: facts.corrective_step };
    this.posed = new Float32Array(this.rest.length);
    this.local = new Float32Array(9 * this.parents.length);
    this.world = new Float32Array(9 * this.parents.length);
  }

  /**
   * World positions of the joints for one frame, and what `vertices` needs.
   * track: {pose: int16, 3 a rotation, in units of `angle`; pelvis: float32, 3 a frame; rotations: a frame's}.
   */
  pose({ pose, pelvis, rotations, angle }, frame, out) {
    const { parents, restJoints: rest, local, world } = this;
    for (let j = 0; j < parents.length; j++) {
      if (j < rotations) {
        const at = 3 * (frame * rotations + j);
        rotation(angle * pose[at], angle * pose[at + 1], angle * pose[at + 2], local, 9 * j);
      } else rotation(0, 0, 0, local, 9 * j);
      const parent = parents[j];
      for (let r = 0; r < 3; r++) {
        if (parent < 0) {
          for (let c = 0; c < 3; c++) world[9 * j + 3 * r + c] = local[9 * j + 3 * r + c];
          out[r] = pelvis[3 * frame + r];
          continue;
        }
        const row = 9 * parent + 3 * r;
        let sum = out[3 * parent + r];
        for (let c = 0; c < 3; c++) {
          sum += world[row + c] * (rest[3 * j + c] - rest[3 * parent + c]);
          world[9 * j + 3 * r + c] =
            world[row] * local[9 * j + c] + world[row + 1] * local[9 * j + 3 + c] + world[row + 2] * local[9 * j + 6 + c];
        }
        out[3 * j + r] = sum;
      }
    }
    return out;
  }

  /** Vertices of the pose that `pose` was last asked for, whose joints are `at`, written into out (3 a vertex). */
  vertices(at, out) {
    const { posed, rest, restJoints, world, local, joints, weights, influences, corrective } = this;
    posed.set(rest);
    for (let row = 0, i = 0; row < corrective.rows.length; row++) {
      const identity = row % 9 % 4 === 0 ? 1 : 0;
      const bend = corrective.step * (local[9 + row] - identity); // the root has no correctives
      for (const end = i + corrective.rows[row]; i < end; i++) posed[corrective.at[i]] += corrective.value[i] * bend;
    }
    for (let v = 0, i = 0; v < posed.length; v += 3, i += influences) {
      let x = 0, y = 0, z = 0;
      for (let k = i; k < i + influences && weights[k] > 0; k++) {
        const j = joints[k], w = weights[k], m = 9 * j;
        const dx = posed[v] - restJoints[3 * j], dy = posed[v + 1] - restJoints[3 * j + 1], dz = posed[v + 2] - restJoints[3 * j + 2];
        x += w * (at[3 * j] + world[m] * dx + world[m + 1] * dy + world[m + 2] * dz);
        y += w * (at[3 * j + 1] + world[m + 3] * dx + world[m + 4] * dy + world[m + 5] * dz);
        z += w * (at[3 * j + 2] + world[m + 6] * dx + world[m + 7] * dy + world[m + 8] * dz);
      }
      out[v] = x;
      out[v + 1] = y;
      out[v + 2] = z;
    }
    return out;
  }
}

/** Smooth normals of a mesh: each face adds its normal, as long as its area, to its three corners. */
export function vertexNormals(positions, faces, out) {
  out.fill(0);
  for (let f = 0; f < faces.length; f += 3) {
    const a = 3 * faces[f], b = 3 * faces[f + 1], c = 3 * faces[f + 2];
    const ux = positions[b] - positions[a], uy = positions[b + 1] - positions[a + 1], uz = positions[b + 2] - positions[a + 2];
    const vx = positions[c] - positions[a], vy = positions[c + 1] - positions[a + 1], vz = positions[c + 2] - positions[a + 2];
    const x = uy * vz - uz * vy, y = uz * vx - ux * vz, z = ux * vy - uy * vx;
    for (const i of [a, b, c]) {
      out[i] += x;
      out[i + 1] += y;
      out[i + 2] += z;
    }
  }
  for (let i = 0; i < out.length; i += 3) {
    const n = 1 / (Math.hypot(out[i], out[i + 1], out[i + 2]) || 1);
    out[i] *= n;
    out[i + 1] *= n;
    out[i + 2] *= n;
  }
  return out;
}
