/** What lies over the plate: chips that turn layers and kinds on and off, the legend, one label point a place. */
import { words } from "./page.js";

const LOUD = ["critical", "high", "attention"];
const SHAPES = { critical: "M1.5 1.5h9v9h-9Z", high: "M6 .8 11.2 6 6 11.2.8 6Z", attention: "M6 1.2 11 10.6H1Z", dead: "M2.6 1.2 6 4.6 9.4 1.2 10.8 2.6 7.4 6 10.8 9.4 9.4 10.8 6 7.4 2.6 10.8 1.2 9.4 4.6 6 1.2 2.6Z" };
const MOST_CHIPS = 6;

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

function chip(text, data) {
  const button = element("button", { type: "button", className: "chip", textContent: text });
  Object.assign(button.dataset, data);
  button.setAttribute("aria-pressed", "true");
  return button;
}

/** Chips for the alerts and for each kind of thing that is there; none where there's nothing to choose. */
export function addChips(host, { things, events }) {
  if (host.querySelector("[data-layer]")) return;
  const kinds = new Map();
  for (const { properties } of [...things.features, ...events.features]) {
    const label = properties.kindLabel ?? properties.kind;
    if (!label || !properties.kind) continue;
    const found = kinds.get(label) ?? { count: 0, kinds: new Set() };
    found.count += 1;
    found.kinds.add(properties.kind);
    kinds.set(label, found);
  }
  if (kinds.size < 2) return;
  const chips = [...kinds].sort((a, b) => b[1].count - a[1].count).slice(0, MOST_CHIPS)
    .map(([label, found]) => chip(label, { layer: "things", kinds: [...found.kinds].join(" ") }));
  const box = element("div", { className: "map-tools chips" }, chip(words("alerts"), { layer: "events" }), ...chips);
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", words("layers"));
  host.append(box);
}

/** Shape and word of the statuses that the plate shows now. */
export function addLegend(host, { things, events, places }) {
  host.querySelector(".map-legend[data-own]")?.remove();
  const present = new Set([...things.features, ...events.features].map(({ properties }) => properties.state));
  const states = [...LOUD, "dead"].filter((state) => present.has(state));
  const approximate = places.features.some(({ properties }) => isApproximate(properties));
  if (host.querySelector(".map-legend") || !(states.length || approximate)) return;
  const list = element("ul", { className: "legend" });
  for (const state of states) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 12 12");
    svg.setAttribute("class", `mark mark-${state}`);
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", SHAPES[state]);
    svg.append(path);
    list.append(element("li", {}, svg, words(`state ${state}`)));
  }
  if (approximate) list.append(element("li", { className: "map-approximate", textContent: words("approximate") }));
  const legend = element("div", { className: "map-legend" }, list);
  legend.dataset.own = "";
  host.append(legend);
}

export const isApproximate = (properties) => properties.approximate === true || properties.boundary === "approximate";

const area = (ring) => ring.reduce((sum, [x, y], i) => sum + x * ring[(i + 1) % ring.length][1] - ring[(i + 1) % ring.length][0] * y, 0) / 2;

/** The balance point of a ring. */
function centre(ring) {
  const whole = area(ring) || 1e-9;
  let [x, y] = [0, 0];
  ring.forEach(([x0, y0], i) => {
    const [x1, y1] = ring[(i + 1) % ring.length];
    const cross = x0 * y1 - x1 * y0;
    x += (x0 + x1) * cross;
    y += (y0 + y1) * cross;
  });
  return [x / (6 * whole), y / (6 * whole)];
}

/** One point a place, in its largest part: a place of forty islands is named once. */
export function labelPoints(places) {
  const features = places.features.filter(({ geometry }) => geometry?.type.endsWith("Polygon")).map(({ geometry, properties }) => {
    const outer = geometry.type === "Polygon" ? [geometry.coordinates[0]] : geometry.coordinates.map(([ring]) => ring);
    const largest = outer.reduce((best, ring) => (Math.abs(area(ring)) > Math.abs(area(best)) ? ring : best));
    const size = Math.abs(area(largest));
    return { type: "Feature", properties: { name: properties.short_name || properties.name, size }, geometry: { type: "Point", coordinates: centre(largest) } };
  });
  return { type: "FeatureCollection", features };
}

/** Names of events beyond this longitude stand on the left of their mark, so that the frame doesn't cut them. */
const EAST = 107.72;

function sided(features) {
  return { type: "FeatureCollection", features: features.map((f) => ({ ...f, properties: { ...f.properties, east: f.geometry.coordinates[0] > EAST } })) };
}

/** Without events of their own, things in alarm are the events. */
export function split(data, hasEvents) {
  if (hasEvents) return { ...data, events: sided(data.events.features) };
  const loud = ({ properties }) => LOUD.includes(properties.state);
  const only = (features) => ({ type: "FeatureCollection", features });
  return { ...data, events: sided(data.things.features.filter(loud)), things: only(data.things.features.filter((f) => !loud(f))) };
}
