// The body, moved as labkit/body.py moves it: correctives of the pose, then linear blend skinning.

const TYPES = { uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array, uint32: Uint32Array, float32: Float32Array };

/** The arrays of a scene as typed arrays by name; `buffer` is an ArrayBuffer, every offset a multiple of 4. */
export function unpack(arrays, buffer) {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { dtype, offset, length }]) => [name, new TYPES[dtype](buffer, offset, length)]),
  );
}

/** 3×3 rotation, row by row, of the unit quaternion (x, y, z, w), written into out at `at`. */
function rotation(x, y, z, w, out, at) {
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

/** A mesh with its skeleton. `facts` is the scene's "body", `arrays` what unpack returned. */
export class Body {
  constructor(facts, arrays) {
    this.parents = facts.parents;
    this.restJoints = Float32Array.from(facts.rest_joints.flat());
    this.faces = arrays.faces;
    this.colors = arrays.colors;
    this.influences = facts.influences;
    this.joints = arrays.joints;
    this.weights = Float32Array.from(arrays.weights, (w) => w / 65535);
    this.rest = Float32Array.from(arrays.rest, (q, i) => facts.low[i % 3] + q * facts.step);
    this.corrective = { rows: arrays.corrective_rows, at: arrays.corrective_at, value: arrays.corrective, step: facts.corrective_step };
    this.posed = new Float32Array(this.rest.length);
    this.local = new Float32Array(9 * this.parents.length);
    this.world = new Float32Array(9 * this.parents.length);
  }

  /**
   * World positions of the joints for one frame, and what `vertices` needs.
   * quaternions: int16, 4 a rotation, from `at` on; pelvis: float32, 3 a frame.
   */
  pose(quaternions, pelvis, frame, rotations, out = new Float32Array(this.restJoints.length)) {
    const { parents, restJoints: rest, local, world } = this;
    for (let j = 0; j < parents.length; j++) {
      if (j < rotations) {
        let q = 4 * (frame * rotations + j);
        const [x, y, z, w] = [quaternions[q++], quaternions[q++], quaternions[q++], quaternions[q]];
        const n = 1 / Math.hypot(x, y, z, w);
        rotation(x * n, y * n, z * n, w * n, local, 9 * j);
      } else rotation(0, 0, 0, 1, local, 9 * j);
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
