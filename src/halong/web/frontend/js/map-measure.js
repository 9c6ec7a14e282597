/** Measuring on the plate: a distance or an area, by clicks, or by keyboard with the middle of the plate as the pointer. */
import { area, distance, length } from "./map-geodesy.js";
import { collection } from "./map-data.js";
import { element } from "./map-furniture.js";
import { number, words } from "./page.js";
import { readTokens } from "./map-style.js";

const SOURCE = "measure";
const metres = (value) => (value < 1000 ? `${number(value, 0)} m` : `${number(value / 1000, value < 10_000 ? 2 : 1)} km`);
const squares = (value) => (value < 10_000 ? `${number(value, 0)} m²` : value < 1e6 ? `${number(value / 1e4, 2)} ha` : `${number(value / 1e6, 2)} km²`);

function layersFor(host) {
  const t = readTokens(host);
  return [
    { id: "measure-area", type: "fill", source: SOURCE, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": t.jade, "fill-opacity": 0.14 } },
    { id: "measure-line", type: "line", source: SOURCE, filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": t.jade, "line-width": 2, "line-dasharray": [2, 1.4] } },
    { id: "measure-points", type: "circle", source: SOURCE, filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 4, "circle-color": t.panel, "circle-stroke-color": t.jade, "circle-stroke-width": 2 } },
  ];
}

class Measuring {
  #points = [];
  #kind;

  constructor(host) {
    this.host = host;
    this.result = element("p", { className: "map-measure", hidden: true });
    this.result.setAttribute("role", "status");
    this.cross = element("div", { className: "map-cross", hidden: true });
    host.append(this.result, this.cross);
    const { map } = host;
    map.addSource(SOURCE, { type: "geojson", data: collection([]) });
    for (const layer of layersFor(host)) map.addLayer(layer);
    map.on("click", (event) => host.measuring && this.#add([event.lngLat.lng, event.lngLat.lat]));
    map.getCanvas().addEventListener("keydown", (event) => this.#key(event), { signal: host.signal });
  }

  start(kind) {
    this.#kind = kind;
    this.#points = [];
    this.host.measuring = true;
    this.cross.hidden = false;
    this.host.map.getCanvas().style.cursor = "crosshair";
    this.host.map.getCanvas().focus();
    this.#show();
  }

  stop() {
    this.host.measuring = false;
    this.#points = [];
    this.cross.hidden = true;
    this.host.map.getCanvas().style.cursor = "";
    this.#show();
    this.result.hidden = true;
    this.host.dispatchEvent(new CustomEvent("map:measured"));
  }

  #key(event) {
    if (!this.host.measuring) return;
    if (event.key === "Enter") this.#add(this.host.map.getCenter().toArray());
    else if (event.key === "Backspace") this.#points.pop();
    else if (event.key === "Escape") return this.stop();
    else return;
    event.preventDefault();
    this.#show();
  }

  #add(point) {
    const last = this.#points.at(-1);
    if (last && distance(last, point) < 0.5) return;
    this.#points.push(point);
    this.#show();
  }

  #show() {
    const points = this.#points, closed = this.#kind === "area" && points.length > 2;
    const features = points.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates } }));
    if (points.length > 1) features.unshift({ type: "Feature", properties: {}, geometry: closed ? { type: "Polygon", coordinates: [[...points, points[0]]] } : { type: "LineString", coordinates: points } });
    this.host.map.getSource(SOURCE).setData(collection(features));
    this.result.hidden = false;
    this.result.replaceChildren(...(points.length > 1 ? this.#words(closed) : [words("measure hint")]));
  }

  #words(closed) {
    const points = this.#points;
    if (this.#kind === "distance") return [element("b", { textContent: metres(length(points)) }), ` ${words("distance").toLowerCase()}`];
    const around = metres(length(closed ? [...points, points[0]] : points));
    return [element("b", { textContent: closed ? squares(area(points)) : "–" }), ` · ${words("perimeter")} ${around}`];
  }
}

/** Turns a kind of measuring on; the same again turns it off. */
export function measure(host, kind) {
  host.measure ??= new Measuring(host);
  if (kind) host.measure.start(kind);
  else host.measure.stop();
}
