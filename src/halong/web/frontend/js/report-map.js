/** Reports on a <halong-map>: counts by cells that the server gathers for what is shown, single ones where one looks closely, so that
    200,000 reports are as light as 200. `data-report-map`: GeoJSON with `zoom` and `box`; `data-list`: the same as a list. */
import { showCard } from "./map-card.js";
import { element, mark } from "./map-furniture.js";
import { wallScale } from "./map-marks.js";
import { readTokens } from "./map-style.js";
import { number } from "./page.js";
import { say } from "./report-words.js";

const SINGLE = 15; // from this zoom on the server gives single reports
const PAUSE = 200, MOST_LISTED = 40;
const EMPTY = { type: "FeatureCollection", features: [] };

/** Reports of one cell of the public grid share a spot: they are one feature with all of them. */
function gathered({ features }) {
  const spots = new Map();
  for (const feature of features) {
    const key = feature.geometry.coordinates.join();
    (spots.get(key) ?? spots.set(key, []).get(key)).push(feature);
  }
  return [...spots.values()].map((group, id) => {
    const [{ geometry, properties }] = group;
    if (group.length === 1) return { type: "Feature", id, geometry, properties: { ...properties, reports: properties.count ? undefined : [properties] } };
    return { type: "Feature", id, geometry, properties: { count: group.length, open: group.filter(({ properties: { over } }) => !over).length, reports: group.map((one) => one.properties) } };
  }).map((feature) => ({ ...feature, properties: { ...feature.properties, words: feature.properties.count ? number(feature.properties.count, 0) : "" } }));
}

function layers(t) {
  const scale = wallScale(), single = ["!", ["has", "count"]];
  const radius = ["interpolate", ["linear"], ["log10", ["get", "count"]], 0.3, 11 * scale, 2, 17 * scale, 4, 25 * scale];
  return [
    { id: "reports-count", type: "circle", source: "reports", filter: ["has", "count"], paint: { "circle-radius": radius, "circle-color": t.panel, "circle-stroke-width": 1.6 * scale, "circle-stroke-color": ["case", [">", ["get", "open"], 0], t.jade, t["line-strong"]] } },
    { id: "reports-number", type: "symbol", source: "reports", filter: ["has", "count"], layout: { "text-font": ["Be Vietnam Pro SemiBold", "Be Vietnam Pro"], "text-size": 12 * scale, "text-field": ["get", "words"], "text-allow-overlap": true, "text-ignore-placement": true }, paint: { "text-color": t.ink } },
    { id: "reports-one", type: "circle", source: "reports", filter: ["all", single, ["!=", ["get", "state"], "attention"]], paint: { "circle-radius": 6 * scale, "circle-color": ["case", ["get", "over"], t.panel, t.jade], "circle-stroke-width": ["case", ["get", "over"], 2 * scale, 1.2 * scale], "circle-stroke-color": ["case", ["get", "over"], t["line-strong"], t.panel] } },
    { id: "reports-late", type: "symbol", source: "reports", filter: ["all", single, ["==", ["get", "state"], "attention"]], layout: { "icon-image": "mark-attention", "icon-allow-overlap": true } },
  ];
}

const SHOWN = ["reports-one", "reports-late", "reports-count", "reports-number"];

/** What stands at one spot, as a list. */
function listed(host, reports, at) {
  const rows = reports.slice(0, MOST_LISTED).map(({ href, name, value }) => element("li", {}, element("a", { href, textContent: name }), element("small", { textContent: value })));
  const box = element("div", { className: "map-card" }, element("b", { textContent: say("reports here", { n: number(reports.length, 0) }) }), element("ul", { className: "map-leaves" }, ...rows));
  host.popup?.remove();
  host.popup = new host.maplibre.Popup({ closeButton: true, maxWidth: "300px", offset: 10, focusAfterOpen: true }).setLngLat(at).setDOMContent(box).addTo(host.map);
}

class ReportMap {
  #asked;
  #timer;
  #features = [];

  constructor(box, host) {
    this.box = box;
    this.host = host;
    this.map = host.map;
    this.map.addSource("reports", { type: "geojson", data: EMPTY });
    for (const layer of layers(readTokens(host))) this.map.addLayer(layer);
    this.map.on("moveend", () => { clearTimeout(this.#timer); this.#timer = setTimeout(() => this.load(), PAUSE); });
    this.map.on("click", (event) => this.#open(event.point));
    for (const id of SHOWN) {
      this.map.on("mouseenter", id, () => { this.map.getCanvas().style.cursor = "pointer"; });
      this.map.on("mouseleave", id, () => { this.map.getCanvas().style.cursor = ""; });
    }
    document.addEventListener("halong:theme", () => {
      for (const { id, paint = {} } of layers(readTokens(host))) for (const [name, value] of Object.entries(paint)) this.map.setPaintProperty(id, name, value);
    }, { signal: host.signal });
    host.foot.corner.append(this.#legend());
    this.load();
  }

  #legend() {
    const dot = (over) => element("span", { className: `report-dot${over ? " is-over" : ""}` });
    const rows = [[dot(false), say("map open")], [dot(true), say("map over")], [mark("attention"), say("map late")]];
    return element("ul", { className: "map-legend legend report-legend" }, ...rows.map(([shape, words]) => element("li", {}, shape, words)));
  }

  async load() {
    this.#asked?.abort();
    this.#asked = new AbortController();
    const bounds = this.map.getBounds(), box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((n) => n.toFixed(4)).join();
    const at = (address, more) => { const url = new URL(address, location.href); for (const [key, value] of Object.entries(more)) url.searchParams.set(key, value); return url; };
    try {
      const response = await fetch(at(this.box.dataset.reportMap, { zoom: this.map.getZoom().toFixed(1), box }), { signal: this.#asked.signal });
      if (!response.ok) throw new Error(String(response.status));
      this.#features = gathered(await response.json());
    } catch (error) {
      if (error.name !== "AbortError") this.#tell(say("map old"), "");
      return;
    }
    this.map.getSource("reports")?.setData({ ...EMPTY, features: this.#features.map((feature) => ({ ...feature, properties: { ...feature.properties, reports: undefined } })) });
    const total = this.#features.reduce((sum, { properties: { count } }) => sum + (count ?? 1), 0);
    this.#tell(say("map shows", { n: number(total, 0) }), total ? at(this.box.dataset.list, { box }) : "");
    this.box.dataset.shown = total;
  }

  #tell(words, href) {
    const line = this.box.parentElement.querySelector("[data-report-map-line]");
    line.hidden = false;
    line.querySelector("span").textContent = words;
    Object.assign(line.querySelector("a"), { hidden: !href, href: href || "#" });
  }

  #open({ x, y }) {
    const [hit] = this.map.queryRenderedFeatures([[x - 8, y - 8], [x + 8, y + 8]], { layers: SHOWN });
    if (!hit) return;
    const feature = this.#features[hit.id], { coordinates } = feature.geometry, { reports } = feature.properties;
    if (reports?.length === 1) showCard(this.host, { properties: { ...reports[0], state: reports[0].state === "attention" ? "" : "normal" } }, coordinates);
    else if (reports) listed(this.host, reports, coordinates);
    else this.map.easeTo({ center: coordinates, zoom: Math.min(this.map.getZoom() + 2, SINGLE + 0.2), duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 500 });
  }
}

for (const box of document.querySelectorAll("[data-report-map]")) {
  const host = box.querySelector("halong-map"), start = () => host.map && new ReportMap(box, host);
  if (host.dataset.ready !== undefined) start();
  else host.addEventListener("map:ready", start, { once: true });
}
