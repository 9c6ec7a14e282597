/** Others' warnings over the plate: `overlay-src="…geojson"` draws polygons under the things, by `state`; a click opens a card
    with the way to each. `<button data-overlay>` shows and hides them. */
import { showCard } from "./map-card.js";
import { collection, getJson } from "./map-data.js";
import { readTokens, repaint } from "./map-style.js";

const SOURCE = "overlay";
const LAYERS = ["overlay-fill", "overlay-line"];
const ABOVE = ["things", "things-loud", "clusters", "events"]; // a click on one of these is meant for it

const layersOf = (t) => {
  const colour = ["match", ["get", "state"], "critical", t["st-critical"], "high", t["st-high"], "attention", t["st-attention"], t["ink-3"]];
  return [
    { id: "overlay-fill", type: "fill", source: SOURCE, paint: { "fill-color": colour, "fill-opacity": 0.12 } },
    { id: "overlay-line", type: "line", source: SOURCE, paint: { "line-color": colour, "line-width": 1.6, "line-dasharray": [3, 2] } },
  ];
};

export async function startOverlay(host) {
  const { map } = host;
  const load = async () => map.getSource(SOURCE)?.setData(await getJson(host.getAttribute("overlay-src")));
  map.addSource(SOURCE, { type: "geojson", data: collection([]) });
  const under = ABOVE.find((id) => map.getLayer(id));
  for (const layer of layersOf(readTokens(host))) map.addLayer(layer, under);
  map.on("click", "overlay-fill", (event) => {
    const [{ x, y }, above] = [event.point, ABOVE.filter((id) => map.getLayer(id))];
    if (host.measuring || map.queryRenderedFeatures([[x - 5, y - 5], [x + 5, y + 5]], { layers: above }).length) return;
    showCard(host, event.features[0], event.lngLat);
  });
  const button = host.querySelector("[data-overlay]");
  button?.addEventListener("click", () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    for (const id of LAYERS) map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
  }, { signal: host.signal });
  document.addEventListener("halong:theme", () => host.map && repaint(map, layersOf(readTokens(host))), { signal: host.signal });
  document.body.addEventListener("live:foreign-warnings", () => load().catch(() => {}), { signal: host.signal });
  await load();
}
