/** What colours the plate: a measured property as a surface, or units by an indicator. One at a time. */
import { getJson } from "./map-data.js";
import { surface } from "./map-surface.js";
import { number, page, words } from "./page.js";

const LAYER = "shade";

/** `heat:AirQualityObserved.pm25`, `area:air.good_share` or "" for none. */
export async function shadeBy(host, what, tree) {
  const turn = (host.shadeTurn = (host.shadeTurn ?? 0) + 1);
  const [kind, key] = what ? [what.slice(0, what.indexOf(":")), what.slice(what.indexOf(":") + 1)] : ["", ""];
  const heat = kind === "heat" ? await getJson(`${host.getAttribute("measure-src")}?of=${encodeURIComponent(key)}`) : null;
  const areas = kind === "area" ? await getJson(`${host.getAttribute("areas-src")}?indicator=${encodeURIComponent(key)}&tree=${tree ?? ""}`) : null;
  if (turn !== host.shadeTurn) return; // somebody chose another one meanwhile
  host.shade = null;
  host.areas = areas && prepare(areas);
  host.heat = heat;
  if (areas) host.shade = { kind, legend: areaLegend(areas) };
  await host.time?.wants(heat ? key : "");
  drawHeat(host);
  host.showPlaces();
}

/** Fetches the values again: what was measured has changed. */
export async function refreshShade(host) {
  if (!host.heat || host.replaying) return;
  const key = host.heat.key;
  const heat = await getJson(`${host.getAttribute("measure-src")}?of=${encodeURIComponent(key)}`);
  if (host.heat?.key !== key || host.replaying) return;
  host.heat = heat;
  drawHeat(host);
  host.show();
}

/** Class and row of each shape: a unit of before colours the shapes of those that followed it. */
function prepare(areas) {
  const [classes, rows] = [new Map(), new Map()];
  for (const row of areas.rows)
    for (const id of row.shapes) {
      rows.set(id, row);
      if (row.class != null) classes.set(id, ramp(row.class, areas.classes.length));
    }
  return { ...areas, classes, rows, list: areas.rows };
}

/** Few classes use the whole ramp. */
const ramp = (n, count) => (count < 2 ? 2 : Math.round((n * 4) / (count - 1)));

function areaLegend({ name, unit, period, classes, estimated, former, rows }) {
  const boxes = classes.map((one) => ({ colour: `ramp-${ramp(one.class, classes.length)}`, words: one.words }));
  if (rows.some((row) => row.value == null)) boxes.push({ colour: "none", words: words("no class") });
  const notes = [period, words("units", { n: rows.length }), former && words("former areas"), estimated && words("estimated")];
  return { title: unit ? `${name}, ${unit}` : name, classes: boxes, note: notes.filter(Boolean).join(" · ") };
}

/** Draws the surface for what is shown now: live values, or those of the hour looked at. */
export function drawHeat(host) {
  host.map?.getLayer(LAYER) && host.map.removeLayer(LAYER);
  host.map?.getSource(LAYER) && host.map.removeSource(LAYER);
  host.surface = null;
  if (!host.heat) return host.areas ? undefined : void (host.shade = null);
  const values = host.replaying ? host.time.valuesThen() : new Map(Object.entries(host.heat.values).map(([id, value]) => [Number(id), value]));
  const spots = host.everything.filter((f) => values.get(f.id) != null).map((f) => [...f.geometry.coordinates, values.get(f.id)]);
  const made = surface(host, spots, { ...host.heat, known: host.replaying ? host.time.allValues() : [] });
  host.shade = { kind: "heat", legend: heatLegend(host.heat, made, spots.length) };
  if (!made) return;
  host.surface = made;
  if (!host.map) return;
  const [west, south, east, north] = made.box;
  host.map.addSource(LAYER, { type: "canvas", canvas: made.canvas, animate: false, coordinates: [[west, north], [east, north], [east, south], [west, south]] });
  host.map.addLayer({ id: LAYER, type: "raster", source: LAYER, paint: { "raster-opacity": 0.82, "raster-fade-duration": 0, "raster-resampling": "linear" } }, "coast");
}

function heatLegend(heat, made, count) {
  const unit = heat.way === "sum" ? words("per km2", { unit: heat.unit }) : heat.unit;
  const title = [heat.label, unit].filter(Boolean).join(", ");
  if (!made) return { title, classes: [], note: words("no value") };
  const text = (low, high) => (page.lang === "en" ? `${number(low)}–${number(high)}` : `${number(low)} – ${number(high)}`);
  const classes = made.classes.map((one) => ({ colour: one.colour, words: one.name ?? text(one.low, one.high) }));
  const how = words(heat.way === "sum" ? "density note" : "surface note", { km: made.km });
  return { title, classes, note: `${words("with value", { n: count })} · ${how}` };
}
