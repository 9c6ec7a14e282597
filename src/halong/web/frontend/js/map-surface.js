/** A measured property as a picture. A state of the place (µg/m³, an index) is estimated between the stations by inverse
    distance (Shepard 1968, power 2, with the local weights of Franke and Little) and fades out away from them: where nobody measures, nothing is shown. An amount
    (people, devices) is spread by a quartic kernel (Silverman 1986) and shown per square kilometre. */
import { readTokens } from "./map-style.js";

const WIDTH = 300;
const FULL_KM = 6, GONE_KM = 12, SPREAD_KM = 3;
const KM = 111.2;
const CLASSES = 5;
/** More spots are gathered by cells of this many degrees first. */
const MANY = 700, CELL = 0.015;

const mercator = (lat) => Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360));
const back = (y) => ((2 * Math.atan(Math.exp(y)) - Math.PI / 2) * 180) / Math.PI;

/** `[[lon, lat, value], …]` → the same, gathered: means, or sums of amounts. */
function gather(spots, sums) {
  if (spots.length <= MANY) return spots;
  const cells = new Map();
  for (const [lon, lat, value] of spots) {
    const key = `${Math.round(lon / CELL)} ${Math.round(lat / CELL)}`;
    const cell = cells.get(key) ?? [0, 0, 0, 0];
    cells.set(key, [cell[0] + lon, cell[1] + lat, cell[2] + value, cell[3] + 1]);
  }
  return [...cells.values()].map(([x, y, value, n]) => [x / n, y / n, sums ? value : value / n]);
}

/** Limits that read well: steps of 1, 2, 2.5 or 5 times a power of ten over the values. */
export function niceLimits(low, high, count = CLASSES) {
  const rough = (high - low) / count || Math.abs(high) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((one) => one >= rough - 1e-12 * one);
  let start = Math.floor(low / step) * step;
  if (start + step * count < high) start = high - step * count > start ? Math.ceil((high - step * count) / step) * step : start;
  return Array.from({ length: count + 1 }, (_, n) => Number((start + n * step).toPrecision(12)));
}

const channels = (colour) => {
  const full = colour.length === 4 ? [...colour.slice(1)].map((c) => c + c).join("") : colour.slice(1);
  return [0, 2, 4].map((i) => parseInt(full.slice(i, i + 2), 16));
};

function classesOf(host, low, high, levels) {
  if (levels.length) return levels.map((one, n) => ({ low: n ? levels[n - 1].high : one.low, high: one.high, colour: one.colour, name: one.name, paint: one.colour }));
  const tokens = readTokens(host), limits = niceLimits(low, high);
  const all = limits.slice(1).map((limit, n) => ({ low: limits[n], high: limit, colour: `heat-${n}`, paint: tokens[`heat-${n}`] }));
  return all.filter((one) => one.low < high || one === all[0]);
}

/** `{canvas, box, classes, km}`, or null without a spot. `known`: values of other hours that share the scale of colours. */
export function surface(host, spots, { way, levels, known }) {
  if (!spots.length) return null;
  const sums = way === "sum", reach = sums ? SPREAD_KM : GONE_KM;
  const points = gather(spots, sums);
  const xs = points.map(([x]) => x), ys = points.map(([, y]) => y);
  const narrow = Math.cos((Math.min(...ys) * Math.PI) / 180);
  const [dx, dy] = [reach / KM / narrow, reach / KM];
  const box = [Math.min(...xs) - dx, Math.min(...ys) - dy, Math.max(...xs) + dx, Math.max(...ys) + dy];
  const [top, bottom] = [mercator(box[3]), mercator(box[1])];
  const height = Math.max(2, Math.round((WIDTH * (top - bottom) * (180 / Math.PI)) / (box[2] - box[0])));
  const field = fill(points, box, [top, bottom], height, narrow, sums);
  // A density of other hours isn't known without spreading each: its scale is that of the highest value alone.
  const factor = sums && known.length ? Math.max(...known) / (Math.max(...spots.map(([, , v]) => v)) || 1) : 1;
  const seen = sums ? [...field.values.filter((v) => v > 0)].map((v) => v * Math.max(1, factor)) : [...points.map(([, , v]) => v), ...known];
  const extent = seen.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [Infinity, -Infinity]);
  const classes = classesOf(host, sums ? 0 : extent[0], extent[1], levels);
  return { canvas: paint(field, height, classes, extent[1], sums), box, classes: classes.filter((one) => one.low <= extent[1]), km: sums ? SPREAD_KM : GONE_KM };
}

function fill(points, [west, , east], [top, bottom], height, narrow, sums) {
  const values = new Float64Array(WIDTH * height), alpha = new Float64Array(WIDTH * height);
  const reach = (sums ? SPREAD_KM : GONE_KM) / KM;
  const size = reach, grid = new Map();
  for (const point of points) {
    const key = `${Math.floor((point[0] * narrow) / size)} ${Math.floor(point[1] / size)}`;
    (grid.get(key) ?? grid.set(key, []).get(key)).push(point);
  }
  for (let row = 0; row < height; row++) {
    const lat = back(top + ((bottom - top) * (row + 0.5)) / height);
    for (let column = 0; column < WIDTH; column++) {
      const lon = west + ((east - west) * (column + 0.5)) / WIDTH;
      const [gx, gy] = [Math.floor((lon * narrow) / size), Math.floor(lat / size)];
      let weights = 0, total = 0, nearest = Infinity;
      for (let x = gx - 1; x <= gx + 1; x++)
        for (let y = gy - 1; y <= gy + 1; y++)
          for (const [px, py, value] of grid.get(`${x} ${y}`) ?? []) {
            const km = Math.hypot((px - lon) * narrow, py - lat) * KM;
            nearest = Math.min(nearest, km);
            const weight = sums ? (km < SPREAD_KM ? (3 / (Math.PI * SPREAD_KM ** 2)) * (1 - (km / SPREAD_KM) ** 2) ** 2 : 0) : km < GONE_KM ? ((GONE_KM - km) / (GONE_KM * Math.max(km, 0.2))) ** 2 : 0;
            weights += weight;
            total += weight * value;
          }
      const at = row * WIDTH + column;
      values[at] = sums ? total : weights ? total / weights : 0;
      alpha[at] = sums ? (total > 0 ? 1 : 0) : 1 - Math.min(1, Math.max(0, (nearest - FULL_KM) / (GONE_KM - FULL_KM)));
    }
  }
  return { values, alpha };
}

function paint({ values, alpha }, height, classes, highest, sums) {
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height });
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(WIDTH, height);
  const colours = classes.map((one) => channels(one.paint));
  for (let at = 0; at < values.length; at++) {
    const found = classes.findIndex((one) => values[at] <= one.high);
    const [r, g, b] = colours[found < 0 ? classes.length - 1 : found];
    // The faintest hundredth of a density is left out: every kernel has an edge.
    const shown = sums ? (values[at] > highest * 0.01 ? 1 : 0) : alpha[at];
    image.data.set([r, g, b, Math.round(255 * shown)], at * 4);
  }
  pen.putImageData(image, 0, 0);
  return canvas;
}
