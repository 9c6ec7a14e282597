/** The plate as a plain drawing, for devices without WebGL: the same coast, the same shapes, links instead of popups. */
const NS = "http://www.w3.org/2000/svg";
const WIDTH = 820;
const SHAPES = { attention: "M0-5 5 5H-5Z", high: "M0-6 6 0 0 6-6 0Z", critical: "M-5-5H5V5H-5Z" };

const make = (name, attributes = {}) => {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

/** Beyond so many things, those of a cell of the drawing are told as their number. */
const MANY = 1500, CELL = 24, FEWEST = 3;
const GRAVE = ["critical", "high", "attention"];

function gather(features, at) {
  if (features.length <= MANY) return features.map((feature) => [feature]);
  const cells = new Map();
  for (const feature of features) {
    const key = at(feature.geometry.coordinates).map((n) => Math.floor(n / CELL)).join(" ");
    (cells.get(key) ?? cells.set(key, []).get(key)).push(feature);
  }
  return [...cells.values()];
}

function thing({ geometry, properties: { state } }, at) {
  const [cx, cy] = at(geometry.coordinates);
  if (SHAPES[state]) return make("path", { transform: `translate(${cx} ${cy}) scale(.7)`, d: SHAPES[state], class: `mark-${state}` });
  return make("circle", { cx, cy, r: 2.6, class: state === "stale" || state === "dead" ? "map-thing is-silent" : "map-thing" });
}

/** A circle with the number, and the shape of the worst above it. */
function cluster(group, at) {
  const spots = group.map(({ geometry }) => at(geometry.coordinates).map(Number));
  const [x, y] = [0, 1].map((i) => spots.reduce((sum, spot) => sum + spot[i], 0) / spots.length);
  const worst = GRAVE.find((state) => group.some(({ properties }) => properties.state === state));
  const text = make("text", { x, y: y + 2.6, class: "map-count" });
  text.textContent = group.length;
  const parts = [make("circle", { cx: x, cy: y, r: 8.5, class: "map-cluster" }), text];
  if (worst) parts.push(make("path", { transform: `translate(${x} ${y - 9}) scale(.6)`, d: SHAPES[worst], class: `mark-${worst}` }));
  return parts;
}

/** `surface`: `{canvas, box: [west, south, east, north]}`, a coloured picture between units and things. */
export function drawSvg(base, data, [[west, south], [east, north]], surface) {
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const unit = WIDTH / ((east - west) * squeeze);
  const height = Math.round((north - south) * unit);
  const at = ([lon, lat]) => [((lon - west) * squeeze * unit).toFixed(1), ((north - lat) * unit).toFixed(1)];
  const rings = (g) => (g.type === "Polygon" ? g.coordinates : g.type === "MultiPolygon" ? g.coordinates.flat() : []);
  const path = (g) => rings(g).map((ring) => `M${ring.map((p) => at(p).join(",")).join("L")}Z`).join("");
  const svg = make("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "map-drawing", "aria-hidden": "true" });
  for (const feature of base.features) if (feature.properties.kind === "province") svg.append(make("path", { d: path(feature.geometry), class: "map-land" }));
  for (const { geometry, properties } of data.places.features) svg.append(make("path", { d: path(geometry), class: properties.class >= -1 ? `map-place fill-ramp-${properties.class}` : "map-place" }));
  if (surface) {
    const [x, y] = at([surface.box[0], surface.box[3]]), [right, below] = at([surface.box[2], surface.box[1]]);
    svg.append(make("image", { href: surface.canvas.toDataURL(), x, y, width: right - x, height: below - y, preserveAspectRatio: "none" }));
  }
  for (const group of gather(data.things.features, at)) svg.append(...(group.length < FEWEST ? group.map((feature) => thing(feature, at)) : cluster(group, at)));
  for (const feature of data.events.features) {
    const [x, y] = at(feature.geometry.coordinates);
    const group = make("g", { transform: `translate(${x} ${y})` });
    group.append(make("circle", { r: 11, class: "map-halo" }), make("path", { d: SHAPES[feature.properties.state] ?? SHAPES.attention, class: `mark-${feature.properties.state}` }));
    const text = make("text", { x: 14, y: 4, class: "map-text" });
    text.textContent = feature.properties.label ?? feature.properties.name;
    group.append(text);
    svg.append(group);
  }
  return svg;
}
