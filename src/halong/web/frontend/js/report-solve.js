/** Solves an ALTCHA challenge: the number under `maxnumber` whose SHA-256 with the salt is `challenge`.
    FIPS 180-4; synchronous, since tens of thousands of promises cost more than the hashing. */
const K = new Uint32Array(64), FIRST = new Uint32Array(8);
for (let n = 2, found = 0; found < 64; n += 1) {
  let prime = true;
  for (let d = 2; d * d <= n; d += 1) if (n % d === 0) { prime = false; break; }
  if (!prime) continue;
  if (found < 8) FIRST[found] = (n ** (1 / 2) % 1) * 2 ** 32;
  K[found] = (Math.cbrt(n) % 1) * 2 ** 32;
  found += 1;
}
const W = new Uint32Array(64);
const turn = (x, n) => (x >>> n) | (x << (32 - n));

function block(state, view, at) {
  for (let i = 0; i < 16; i += 1) W[i] = view.getUint32(at + 4 * i);
  for (let i = 16; i < 64; i += 1) {
    const s0 = turn(W[i - 15], 7) ^ turn(W[i - 15], 18) ^ (W[i - 15] >>> 3), s1 = turn(W[i - 2], 17) ^ turn(W[i - 2], 19) ^ (W[i - 2] >>> 10);
    W[i] = W[i - 16] + s0 + W[i - 7] + s1;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i += 1) {
    const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((value, i) => { state[i] += value; });
}

/** The hash of an ASCII text, in hexadecimal. */
export function sha256(text) {
  const length = text.length, size = ((length + 8) >> 6) * 64 + 64;
  const bytes = new Uint8Array(size), view = new DataView(bytes.buffer);
  for (let i = 0; i < length; i += 1) bytes[i] = text.charCodeAt(i);
  bytes[length] = 0x80;
  view.setUint32(size - 4, length * 8);
  const state = FIRST.slice();
  for (let at = 0; at < size; at += 64) block(state, view, at);
  return [...state].map((word) => word.toString(16).padStart(8, "0")).join("");
}

/** The payload that proves the work: base64 of JSON, as ALTCHA's widget sends it. */
export function solve({ algorithm, challenge, maxnumber, salt, signature }) {
  const started = Date.now();
  for (let number = 0; number <= maxnumber; number += 1) {
    if (sha256(salt + number) === challenge) return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature, took: Date.now() - started }));
  }
  throw new Error("unsolvable");
}
