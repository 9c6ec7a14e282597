/** What lies over the plate: chips that turn layers and kinds on and off, the legend, one label point a place. */
import { words } from "./page.js";

const LOUD = ["critical", "high", "attention"];
const SHAPES = { critical: "M1.5 1.5h9v9h-9Z", high: "M6 .8 11.2 6 6 11.2.8 6Z", attention: "M6 1.2 11 10.6H1Z", dead: "M2.6 1.2 6 4.6 9.4 1.2 10.8 2.6 7.4 6 10.8 9.4 9.4 10.8 6 7.4 2.6 10.8 1.2 9.4 4.6 6 1.2 2.6Z", stale: "M6 1.4a4.6 4.6 0 1 0 0 9.2 4.6 4.6 0 0 0 0-9.2Zm0 1.6a3 3 0 1 1 0 6 3 3 0 0 1 0-6Z", normal: "M6 2.4a3.6 3.6 0 1 0 0 7.2 3.6 3.6 0 0 0 0-7.2Z" };
const MOST_CHIPS = 6;

export const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

/** The shape of a status, as inline SVG. */
export function mark(state) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("class", `mark mark-${state}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[state] ?? SHAPES.normal);
  svg.append(path);
  return svg;
}

/** The lower left of the plate: a corner (inset, legend) and, where there is one, the slider of time beneath. */
export function makeFoot(host) {
  host.foot = element("div", { className: "map-foot" });
  host.foot.corner = element("div", { className: "map-corner" });
  host.foot.append(host.foot.corner);
  const link = host.querySelector(".map-list-link");
  if (link) host.foot.corner.append(link);
  host.append(host.foot);
}

function chip(text, data) {
  const button = element("button", { type: "button", className: "chip", textContent: text });
  Object.assign(button.dataset, data);
  button.setAttribute("aria-pressed", "true");
  return button;
}

/** Chips for the alerts and for each kind of thing that is there; none where there's nothing to choose. */
export function addChips(host, features) {
  if (host.querySelector("[data-layer]")) return;
  const kinds = new Map();
  for (const { properties } of features) {
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

/** Shape and word of the statuses that the plate shows now, and the classes of whatever colours it. */
export function addLegend(host, { things, events }, places) {
  const present = new Set([...things, ...events].map(({ properties }) => properties.state));
  const states = [...LOUD, "dead"].filter((state) => present.has(state));
  const approximate = places.features.some(({ properties }) => isApproximate(properties));
  const old = host.querySelector(".map-legend[data-own]");
  const key = JSON.stringify([states, approximate, host.shade?.legend ?? null, document.documentElement.lang]);
  if (old?.dataset.own === key) return;
  old?.remove();
  if (host.querySelector(".map-legend") || !(states.length || approximate || host.shade)) return;
  const legend = element("div", { className: "map-legend" });
  if (host.shade) legend.append(...shadeLegend(host.shade.legend));
  const list = element("ul", { className: "legend" });
  for (const state of states) list.append(element("li", {}, mark(state), words(`state ${state}`)));
  if (approximate) list.append(element("li", { className: "map-approximate", textContent: words("approximate") }));
  legend.append(list);
  legend.dataset.own = key;
  host.foot.corner.insertBefore(legend, host.foot.corner.querySelector(".map-list-link, .map-note"));
}

/** `{title, note, classes: [{colour: "heat-1" or "#rrggbb", words}]}` as a row of boxes with their limits. */
function shadeLegend({ title, note, classes }) {
  const row = element("ul", { className: "map-classes" });
  for (const { colour, words: text } of classes) {
    const box = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    box.setAttribute("viewBox", "0 0 20 10");
    box.setAttribute("aria-hidden", "true");
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    for (const [name, value] of Object.entries({ width: 20, height: 10, ...(colour.startsWith("#") ? { fill: colour } : { class: `fill-${colour}` }) })) rect.setAttribute(name, value);
    box.append(rect);
    row.append(element("li", {}, box, text));
  }
  return [element("b", { className: "map-legend-title", textContent: title }), row, ...(note ? [element("p", { className: "map-legend-note", textContent: note })] : [])];
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
