/** An area on the plate. `area-src="…geojson"` shows one; `draw="id_of_field"` lets somebody draw one into a field (GeoJSON
    Polygon): by clicks or by keyboard (Enter takes the middle of the plate), or as a circle around the point that was picked.
    Corners can be dragged afterwards. Without WebGL the numbers of the point remain. */
import { collection, getJson } from "./map-data.js";
import { element } from "./map-furniture.js";
import { readTokens, repaint } from "./map-style.js";
import { words } from "./page.js";

const SOURCE = "area";
const RADII = [500, 1000, 3000, 10_000]; // metres
const CORNERS = 48;
const EARTH = 111_320; // metres a degree

const layersOf = (t) => [
  { id: "area-fill", type: "fill", source: SOURCE, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": t.jade, "fill-opacity": 0.16 } },
  { id: "area-line", type: "line", source: SOURCE, filter: ["!=", ["geometry-type"], "Point"], paint: { "line-color": t.jade, "line-width": 2 } },
  { id: "area-corners", type: "circle", source: SOURCE, filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 5, "circle-color": t.panel, "circle-stroke-color": t.jade, "circle-stroke-width": 2 } },
];

const round = (value) => Math.round(value * 1e5) / 1e5;

/** A ring of equal distance around a point. */
function ring([lon, lat], metres) {
  const high = metres / EARTH, wide = high / Math.cos((lat * Math.PI) / 180);
  const corners = Array.from({ length: CORNERS }, (_, n) => (2 * Math.PI * n) / CORNERS).map((turn) => [round(lon + wide * Math.cos(turn)), round(lat + high * Math.sin(turn))]);
  return [...corners, corners[0]];
}

function begin(host) {
  host.map.addSource(SOURCE, { type: "geojson", data: collection([]) });
  for (const layer of layersOf(readTokens(host))) host.map.addLayer(layer);
}

async function show(host) {
  const load = async () => host.map?.getSource(SOURCE)?.setData(await getJson(host.getAttribute("area-src")));
  await load();
  for (const topic of (host.dataset.live ?? "").split(/\s+/).filter(Boolean)) document.body.addEventListener(`live:${topic}`, () => load().catch(() => {}), { signal: host.signal });
}

class Drawing {
  #points = [];
  #others = []; // parts of an area that this can't edit: they stay, until the area is cleared
  #before = []; // what was there when drawing began: it stays when nothing was drawn
  #drawing = false;

  constructor(host, field) {
    [this.host, this.field] = [host, field];
    this.tools = this.#tools();
    host.append(this.tools);
    this.#read();
    const { map } = host;
    map.on("click", (event) => this.#drawing && this.#add([event.lngLat.lng, event.lngLat.lat]));
    map.on("mousedown", "area-corners", (event) => this.#hold(event));
    map.on("touchstart", "area-corners", (event) => this.#hold(event));
    map.getCanvas().addEventListener("keydown", (event) => this.#key(event), { signal: host.signal });
    this.#show();
  }

  #tools() {
    const button = (text, act) => {
      const made = element("button", { type: "button", className: "chip", textContent: text });
      made.addEventListener("click", act);
      return made;
    };
    this.toggle = button(words("draw area"), () => (this.#drawing ? this.#end() : this.#start()));
    this.toggle.setAttribute("aria-pressed", "false");
    this.clear = button(words("clear area"), () => this.#empty());
    const circles = RADII.map((metres) => button(words("circle", { r: metres < 1000 ? `${metres} m` : `${metres / 1000} km` }), () => this.#circle(metres)));
    this.hint = element("p", { className: "map-measure", hidden: true, textContent: words("draw hint") });
    this.hint.setAttribute("role", "status");
    this.host.append(this.hint);
    const box = element("div", { className: "map-tools chips" }, this.toggle, ...circles, this.clear);
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", words("draw area"));
    return box;
  }

  #read() {
    try {
      const area = JSON.parse(this.field.value || "null");
      const shapes = area?.type === "MultiPolygon" ? area.coordinates : area ? [area.coordinates] : [];
      this.#points = (shapes[0]?.[0] ?? []).slice(0, -1);
      this.#others = shapes.slice(1);
    } catch { /* nothing that can be drawn: it is drawn anew */ }
  }

  #start() {
    [this.#before, this.#points] = [this.#points, []];
    this.#drawing = true;
    this.host.measuring = true; // a click draws, and opens no card
    this.toggle.setAttribute("aria-pressed", "true");
    this.hint.hidden = false;
    this.host.map.doubleClickZoom.disable();
    this.host.map.getCanvas().focus();
    this.#show();
  }

  #end() {
    this.#drawing = this.host.measuring = false;
    this.toggle.setAttribute("aria-pressed", "false");
    this.hint.hidden = true;
    if (this.#points.length < 3) this.#points = this.#before;
    this.#write();
    setTimeout(() => this.host.map?.doubleClickZoom.enable(), 400);
  }

  #empty() {
    [this.#points, this.#before, this.#others] = [[], [], []];
    this.#drawing ? this.#show() : this.#write();
  }

  #circle(metres) {
    const [lon, lat] = (this.host.getAttribute("pick") ?? "").split(/\s+/).map((id) => document.getElementById(id)?.value.replace(",", "."));
    const point = [lon, lat].every((text) => text?.trim() && Number.isFinite(Number(text))) ? [Number(lon), Number(lat)] : this.host.map.getCenter().toArray();
    this.#points = ring(point, metres).slice(0, -1);
    if (this.#drawing) this.#end();
    else this.#write();
    const [west, south, east, north] = [Math.min(...this.#points.map(([x]) => x)), Math.min(...this.#points.map(([, y]) => y)), Math.max(...this.#points.map(([x]) => x)), Math.max(...this.#points.map(([, y]) => y))];
    this.host.moved = true;
    this.host.map.fitBounds([[west, south], [east, north]], { padding: 60, duration: 0 });
  }

  #add(point) {
    const first = this.#points[0];
    if (first && this.#points.length > 2) {
      const [a, b] = [this.host.map.project(first), this.host.map.project(point)];
      if (Math.hypot(a.x - b.x, a.y - b.y) < 12) return this.#end();
    }
    this.#points.push(point.map(round));
    this.#show();
  }

  #key(event) {
    if (!this.#drawing) return;
    if (event.key === "Enter" && event.ctrlKey) this.#end();
    else if (event.key === "Enter") this.#add(this.host.map.getCenter().toArray());
    else if (event.key === "Backspace") this.#points.pop();
    else if (event.key === "Escape") this.#end();
    else return;
    event.preventDefault();
    this.#show();
  }

  #hold(event) {
    if (this.#drawing) return;
    event.preventDefault();
    const { map } = this.host, held = event.features[0].properties.n;
    const move = (moved) => {
      this.#points[held] = [round(moved.lngLat.lng), round(moved.lngLat.lat)];
      this.#show();
    };
    const drop = () => {
      for (const name of ["mousemove", "touchmove"]) map.off(name, move);
      for (const name of ["mouseup", "touchend"]) map.off(name, drop);
      this.#write();
    };
    for (const name of ["mousemove", "touchmove"]) map.on(name, move);
    for (const name of ["mouseup", "touchend"]) map.on(name, drop);
  }

  #write() {
    const shapes = [...(this.#points.length > 2 ? [[[...this.#points, this.#points[0]]]] : []), ...this.#others];
    this.field.value = shapes.length > 1 ? JSON.stringify({ type: "MultiPolygon", coordinates: shapes }) : shapes.length ? JSON.stringify({ type: "Polygon", coordinates: shapes[0] }) : "";
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
    this.#show();
  }

  #show() {
    const points = this.#points, closed = points.length > 2;
    const few = points.length <= CORNERS / 2 || this.#drawing;
    const features = (few ? points : []).map((coordinates, n) => ({ type: "Feature", properties: { n }, geometry: { type: "Point", coordinates } }));
    if (points.length > 1) features.unshift({ type: "Feature", properties: {}, geometry: closed ? { type: "Polygon", coordinates: [[...points, points[0]]] } : { type: "LineString", coordinates: points } });
    for (const coordinates of this.#others) features.unshift({ type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates } });
    this.host.map.getSource(SOURCE).setData(collection(features));
    this.clear.hidden = !points.length && !this.#others.length;
  }
}

/** Shows or draws the area of a map that asks for one. */
export async function startArea(host) {
  if (!host.map) return;
  begin(host);
  document.addEventListener("halong:theme", () => host.map && repaint(host.map, layersOf(readTokens(host))), { signal: host.signal });
  const field = document.getElementById(host.getAttribute("draw") ?? "");
  if (field) host.drawing = new Drawing(host, field);
  else if (host.hasAttribute("area-src")) await show(host);
}
