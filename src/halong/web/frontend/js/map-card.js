/** What a click on the plate opens: the card of a thing, the list of a cluster that can't be spread, the name of a unit. */
import { GRAVITY } from "./map-data.js";
import { words } from "./page.js";

const CLICKABLE = ["things", "events", "things-loud"];
/** A cluster of so few, or at one spot, is told as a list rather than spread further. */
const FEW = 8;
const MOST = 40;

function card({ name, state, value, label, href, simulated, kindLabel, place }) {
  const box = Object.assign(document.createElement("div"), { className: "map-card" });
  const add = (tag, text, className = "") => text && box.append(Object.assign(document.createElement(tag), { textContent: text, className }));
  add("b", name ?? label);
  if (state && state !== "normal") add("span", words(`state ${state}`), `badge badge-${state}`);
  add("p", [value, label !== name && label, kindLabel, place].filter(Boolean).join(" · "));
  if (simulated === true || simulated === "true") add("em", words("simulated"), "simulated");
  if (href) box.append(Object.assign(document.createElement("a"), { href, textContent: words("open"), className: "btn btn-small" }));
  return box;
}

function pop(host, content, at) {
  host.popup?.remove();
  host.popup = new host.maplibre.Popup({ closeButton: true, maxWidth: "300px", offset: 10, focusAfterOpen: true }).setLngLat(at).setDOMContent(content).addTo(host.map);
}

export const showCard = (host, feature, at) => pop(host, card(feature.properties), at);

/** The unit's name, and its value when units are coloured by an indicator. */
function placeCard(host, place) {
  const row = host.areas?.rows.get(place.properties.id);
  const box = card({ name: row?.name ?? place.properties.name, href: host.areas ? "" : place.properties.href });
  if (row) {
    const value = row.value == null ? row.text : `${row.text} ${host.areas.unit}`.trim();
    box.append(Object.assign(document.createElement("p"), { textContent: `${host.areas.name}: ${value}${row.of ? ` (${row.of})` : ""}` }));
  }
  return box;
}

async function openCluster(host, cluster) {
  const { map } = host;
  const source = map.getSource("things");
  const [id, count] = [cluster.properties.cluster_id, cluster.properties.point_count];
  const zoom = await source.getClusterExpansionZoom(id);
  if (count > FEW && zoom <= map.getMaxZoom() - 1) return map.easeTo({ center: cluster.geometry.coordinates, zoom: zoom + 0.2 });
  const leaves = await source.getClusterLeaves(id, MOST, 0);
  leaves.sort((a, b) => (GRAVITY[b.properties.state] ?? 0) - (GRAVITY[a.properties.state] ?? 0));
  const list = Object.assign(document.createElement("ul"), { className: "map-leaves" });
  for (const { properties } of leaves) {
    const link = Object.assign(document.createElement("a"), { href: properties.href, textContent: properties.name });
    const note = Object.assign(document.createElement("small"), { textContent: [properties.state !== "normal" && words(`state ${properties.state}`), properties.value, properties.kindLabel].filter(Boolean).join(" · ") });
    const item = document.createElement("li");
    item.append(link, note);
    list.append(item);
  }
  const box = Object.assign(document.createElement("div"), { className: "map-card" });
  box.append(Object.assign(document.createElement("b"), { textContent: words("things here", { n: count }) }), list);
  pop(host, box, cluster.geometry.coordinates);
}

export function addPopups(host) {
  const { map } = host;
  map.on("click", (event) => {
    if (host.measuring) return;
    const { x, y } = event.point;
    const [hit] = map.queryRenderedFeatures([[x - 5, y - 5], [x + 5, y + 5]], { layers: CLICKABLE });
    if (hit) return showCard(host, hit, hit.geometry.coordinates);
    const [cluster] = map.queryRenderedFeatures([[x - 5, y - 5], [x + 5, y + 5]], { layers: ["clusters"] });
    if (cluster) return openCluster(host, cluster);
    const [place] = map.queryRenderedFeatures(event.point, { layers: ["places"] });
    if (place && (place.properties.href || host.areas)) pop(host, placeCard(host, place), event.lngLat);
  });
  for (const layer of [...CLICKABLE, "clusters"]) {
    map.on("mouseenter", layer, () => !host.measuring && (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => !host.measuring && (map.getCanvas().style.cursor = ""));
  }
}
