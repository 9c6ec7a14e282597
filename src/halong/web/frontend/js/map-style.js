/** The plate's look, from the tokens of the theme that is on. No glyph files: labels use the browser's own font. */
import { collection } from "./map-data.js";
import { seaLayers } from "./map-sea.js";

const NAMES = ["sea", "land", "land-line", "land-ink", "panel", "ink", "ink-2", "ink-3", "jade", "line-strong", "stale",
  "st-good", "st-attention", "st-high", "st-critical", "ramp-0", "ramp-1", "ramp-2", "ramp-3", "ramp-4", "heat-0", "heat-1", "heat-2", "heat-3", "heat-4"];

/** Token values where the map stands, as colours that MapLibre understands. */
export function readTokens(element) {
  const styles = getComputedStyle(element);
  return Object.fromEntries(NAMES.map((name) => [name, styles.getPropertyValue(`--${name}`).trim()]));
}

const channels = (hex) => {
  const full = hex.length === 4 ? [...hex.slice(1)].map((c) => c + c).join("") : hex.slice(1);
  return [0, 2, 4].map((i) => parseInt(full.slice(i, i + 2), 16));
};

/** `share` of b mixed into a. */
export function mix(a, b, share) {
  const [x, y] = [channels(a), channels(b)];
  return `rgb(${x.map((v, i) => Math.round(v + (y[i] - v) * share)).join(",")})`;
}

/** Many things gather earlier; `count` is how many there are. */
export function sources(base, sea, places, labels, count, clustered = true) {
  const geojson = (value, more = {}) => ({ type: "geojson", data: value, ...more });
  const many = count > 1500;
  return {
    sea: geojson(sea, { tolerance: 0.2 }),
    base: geojson(base, { tolerance: 0.2 }),
    places: geojson(places, { tolerance: 0.2 }),
    things: geojson(collection([]), { cluster: clustered, clusterMaxZoom: many ? 13 : 11, clusterRadius: many ? 40 : 22, clusterMinPoints: many ? 3 : 6, clusterProperties: { worst: ["max", ["match", ["get", "state"], "critical", 4, "high", 3, "attention", 2, "dead", 1, 0]] } }),
    events: geojson(collection([])),
    labels: geojson(labels),
  };
}

const APPROXIMATE = ["any", ["==", ["get", "approximate"], true], ["==", ["get", "boundary"], "approximate"]];
const isState = (...states) => ["in", ["get", "state"], ["literal", states]];
// Neighbours are told apart by five light tints, as in an atlas; they mean nothing else.
const NEIGHBOURS = ["/", ["%", ["*", 7, ["to-number", ["get", "id"], 0]], 5], 10];
const FONT = ["Be Vietnam Pro"];
const BOLD = ["Be Vietnam Pro SemiBold", "Be Vietnam Pro"]; // the weight is read from the first name, the family from the second

export function layers(t, scale = 1) {
  const text = (size, more = {}) => ({ "text-font": FONT, "text-size": size * scale, "text-padding": 3 * scale, ...more });
  return [
    { id: "sea", type: "background", paint: { "background-color": t.sea } },
    ...seaLayers(t, scale, mix, text, BOLD),
    { id: "around", type: "fill", source: "base", filter: ["==", ["get", "kind"], "around"], paint: { "fill-color": mix(t.sea, t.land, 0.6), "fill-opacity": ["*", 0.85, ["get", "fade"]], "fill-antialias": false } },
    { id: "province", type: "fill", source: "base", filter: ["==", ["get", "kind"], "province"], paint: { "fill-color": t.land } },
    { id: "places", type: "fill", source: "places", paint: { "fill-color": ["match", ["coalesce", ["get", "class"], -2], 0, t["ramp-0"], 1, t["ramp-1"], 2, t["ramp-2"], 3, t["ramp-3"], 4, t["ramp-4"], -1, t.land, ["interpolate", ["linear"], ["coalesce", ["get", "tint"], NEIGHBOURS], 0, t.land, 1, mix(t.land, t.jade, 0.3)]] } },
    { id: "places-line", type: "line", source: "places", filter: ["!", APPROXIMATE], paint: { "line-color": t["land-line"], "line-width": 0.7 * scale } },
    { id: "places-approximate", type: "line", source: "places", filter: APPROXIMATE, paint: { "line-color": t["land-line"], "line-width": 0.7 * scale, "line-dasharray": [3, 2.5] } },
    { id: "coast", type: "line", source: "base", filter: ["==", ["get", "kind"], "province"], paint: { "line-color": t["land-line"], "line-width": 0.6 * scale } },
    { id: "water", type: "symbol", source: "base", filter: ["==", ["get", "kind"], "water"], layout: text(10.5, { "text-size": ["match", ["get", "size"], 2, 12 * scale, 10.5 * scale], "text-field": ["get", "name"], "text-letter-spacing": 0.14, "text-max-width": 6 }), paint: { "text-color": t["ink-3"], "text-opacity": 0.75 } },
    { id: "places-label", type: "symbol", source: "labels", minzoom: 7.6, layout: text(10.5, { "text-field": ["get", "name"], "text-max-width": 7, "text-variable-anchor": ["center", "top", "bottom", "left", "right"], "text-radial-offset": 0.7, "text-justify": "auto", "text-padding": ["step", ["zoom"], 14 * scale, 9.4, 6 * scale, 11, 2 * scale], "symbol-sort-key": ["-", 0, ["get", "size"]] }), paint: { "text-color": t["land-ink"], "text-halo-color": t.land, "text-halo-width": 1.2 * scale } },
    { id: "clusters", type: "circle", source: "things", filter: ["has", "point_count"], paint: { "circle-radius": ["interpolate", ["linear"], ["get", "point_count"], 6, 9 * scale, 60, 15 * scale], "circle-color": t.panel, "circle-stroke-width": 1.2 * scale, "circle-stroke-color": ["match", ["get", "worst"], 4, t["st-critical"], 3, t["st-high"], 2, t["st-attention"], t["line-strong"]] } },
    { id: "cluster-count", type: "symbol", source: "things", filter: ["has", "point_count"], layout: text(10, { "text-field": ["get", "point_count_abbreviated"], "text-allow-overlap": true, "text-padding": 7 * scale }), paint: { "text-color": t["ink-2"] } },
    { id: "cluster-mark", type: "symbol", source: "things", filter: ["all", ["has", "point_count"], [">", ["get", "worst"], 0]], layout: { "icon-image": ["match", ["get", "worst"], 4, "mark-critical", 3, "mark-high", 2, "mark-attention", "mark-dead"], "icon-size": 0.72, "icon-offset": [0, -17], "icon-allow-overlap": true, "icon-ignore-placement": true } },
    { id: "things", type: "symbol", source: "things", filter: ["all", ["!", ["has", "point_count"]], ["!", isState("critical", "high", "attention", "dead")]], layout: { "icon-image": ["match", ["get", "state"], "stale", "thing-stale", "thing"], "icon-padding": 0, "icon-allow-overlap": true } },
    { id: "things-loud", type: "symbol", source: "things", filter: ["all", ["!", ["has", "point_count"]], isState("critical", "high", "attention", "dead")], layout: { "icon-image": ["concat", "mark-", ["get", "state"]], "icon-size": 0.8, "icon-allow-overlap": true } },
    { id: "events-halo", type: "circle", source: "events", paint: { "circle-radius": 12 * scale, "circle-color": t.panel, "circle-opacity": 0.92 } },
    // The last is placed first: names keep clear of the marks, which always show.
    { id: "events-label", type: "symbol", source: "events", layout: text(11, { "text-font": BOLD, "text-field": ["coalesce", ["get", "label"], ["get", "name"]], "text-variable-anchor-offset": ["case", ["get", "east"], ["literal", ["right", [-1.35, 0], "top", [0, 1.1], "bottom", [0, -1.1], "left", [1.35, 0]]], ["literal", ["left", [1.35, 0], "right", [-1.35, 0], "top", [0, 1.1], "bottom", [0, -1.1]]]], "text-justify": "auto", "text-max-width": 14 }), paint: { "text-color": t.ink, "text-halo-color": t.sea, "text-halo-width": 1.8 * scale } },
    { id: "events", type: "symbol", source: "events", layout: { "icon-image": ["concat", "mark-", ["coalesce", ["get", "state"], "attention"]], "icon-allow-overlap": true, "symbol-sort-key": ["match", ["get", "state"], "critical", 3, "high", 2, 1] } },
  ];
}

/** Layers that are there already take these colours. */
export function repaint(map, layers) {
  for (const layer of layers) for (const [name, value] of Object.entries(layer.paint ?? {})) map.setPaintProperty(layer.id, name, value);
}

/** Another theme: every paint is set again; data and view stay. */
export function setTokens(map, tokens, scale) {
  repaint(map, layers(tokens, scale));
  import("./map-marks.js").then(({ addMarks }) => addMarks(map, tokens));
}
