/** Biển Đông with quần đảo Hoàng Sa and quần đảo Trường Sa (Việt Nam): in place where a view reaches them, else as an inset
    on every view that reaches beyond the province. No border is drawn: those come from state map data only. */
import { words } from "./page.js";

const NS = "http://www.w3.org/2000/svg";
/** What a map of the province alone shows: within it there's no inset. */
const PROVINCE = [106.42, 20.68, 108.1, 21.68];
const ISLANDS = [111.1, 7.8, 115.9, 17.1];
const FRAME = { west: 104.2, east: 117.6, south: 3.8, north: 22.4, width: 104 };

const make = (name, attributes = {}, text) => {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  return element;
};
const mercator = (lat) => Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) * (180 / Math.PI);

export const nameOf = ({ properties: { kind, key, name } }) => (kind === "sea" ? words("east sea") : kind === "archipelago" ? words(key) : name);

/** A small picture of the sea: coast, the province as a mark, both archipelagos with their names. */
export function makeInset(sea) {
  const scale = FRAME.width / (FRAME.east - FRAME.west);
  const height = Math.round((mercator(FRAME.north) - mercator(FRAME.south)) * scale);
  const at = ([lon, lat]) => [((lon - FRAME.west) * scale).toFixed(1), ((mercator(FRAME.north) - mercator(lat)) * scale).toFixed(1)];
  const svg = make("svg", { viewBox: `0 0 ${FRAME.width} ${height}`, class: "map-inset", role: "img", "aria-label": words("inset") });
  svg.append(make("rect", { width: FRAME.width, height, class: "inset-sea" }));
  for (const { properties, geometry } of sea.features) {
    if (properties.kind === "region") {
      const rings = geometry.coordinates.flat().filter((ring) => ring.some(([x, y]) => x > FRAME.west - 1 && x < FRAME.east + 1 && y > FRAME.south - 1 && y < FRAME.north + 1));
      svg.append(make("path", { class: "inset-land", d: rings.map((ring) => `M${ring.map((p) => at(p).join(",")).join("L")}Z`).join("") }));
    }
    if (properties.kind === "island") {
      const [cx, cy] = at(geometry.coordinates);
      svg.append(make("circle", { cx, cy, r: 0.9, class: "inset-island" }));
    }
  }
  const [x, y] = at([107.25, 21.2]);
  svg.append(make("rect", { x: x - 4, y: y - 2.6, width: 8, height: 5.2, class: "inset-here" }));
  const say = (text, lon, lat, className) => {
    const [tx, ty] = at([lon, lat]);
    svg.append(make("text", { x: tx, y: ty, class: className }, text));
  };
  // Over the islands of Hoàng Sa, under those of Trường Sa: the sea between them bears its own name.
  for (const [key, lon, lat] of [["hoang-sa", 112.2, 20.7], ["truong-sa", 112.6, 6.7]])
    [words(`${key} 1`), words(`${key} 2`), "(Việt Nam)"].forEach((text, i) => say(text, lon, lat - i * 1.2, i === 2 ? "inset-country" : "inset-name"));
  say(words("east sea"), 113, 13.4, "inset-water");
  return svg;
}

/** Layers for views that reach the islands; under everything else. */
export function seaLayers(t, scale, mix, text, bold) {
  return [
    { id: "region", type: "fill", source: "sea", filter: ["==", ["get", "kind"], "region"], maxzoom: 8.2, paint: { "fill-color": mix(t.sea, t.land, 0.6), "fill-opacity": ["interpolate", ["linear"], ["zoom"], 6.6, 0.85, 7.8, 0] } },
    { id: "islands", type: "circle", source: "sea", filter: ["==", ["get", "kind"], "island"], paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 4, 1.7 * scale, 8, 3.4 * scale], "circle-color": t["land-ink"], "circle-stroke-width": 0.5 * scale, "circle-stroke-color": t.panel } },
    { id: "sea-name", type: "symbol", source: "sea", filter: ["==", ["get", "kind"], "sea"], maxzoom: 8, layout: text(14, { "text-field": ["get", "title"], "text-letter-spacing": 0.2, "text-allow-overlap": true }), paint: { "text-color": t["ink-3"] } },
    { id: "archipelagos", type: "symbol", source: "sea", filter: ["==", ["get", "kind"], "archipelago"], maxzoom: 9, layout: text(11.5, { "text-font": bold, "text-field": ["concat", ["get", "title"], "\n", ["get", "whose"]], "text-offset": [0, 2.4], "text-max-width": 12, "text-allow-overlap": true, "text-ignore-placement": true }), paint: { "text-color": t["ink-2"], "text-halo-color": t.sea, "text-halo-width": 1.4 * scale } },
    { id: "island-names", type: "symbol", source: "sea", filter: ["==", ["get", "kind"], "island"], minzoom: 7, layout: text(10, { "text-field": ["get", "name"], "text-offset": [0, 1] }), paint: { "text-color": t["land-ink"], "text-halo-color": t.sea, "text-halo-width": 1 * scale } },
  ];
}

export const titled = (sea) => ({ ...sea, features: sea.features.map((f) => ({ ...f, properties: { ...f.properties, title: nameOf(f) } })) });

/** Shows the inset when the view reaches beyond the province and the islands aren't on it. */
export function watchSea(host, map, inset) {
  const look = () => {
    const view = map.getBounds();
    const [west, south, east, north] = PROVINCE;
    const inside = view.getWest() >= west && view.getEast() <= east && view.getSouth() >= south && view.getNorth() <= north;
    const reaches = view.getWest() <= ISLANDS[0] && view.getEast() >= ISLANDS[2] && view.getSouth() <= ISLANDS[1] && view.getNorth() >= ISLANDS[3];
    inset.toggleAttribute("hidden", inside || reaches);
    host.toggleAttribute("beyond", !inside);
  };
  map.on("moveend", look);
  map.on("resize", look);
  look();
}
