/** The address of a view: `#map=zoom/lat/lon&layers=…&shade=…&tree=…&at=…`. It follows what one does, without filling the history. */
const list = (text) => text.split(",").filter(Boolean);

export function readHash(text = location.hash) {
  const given = new URLSearchParams(text.replace(/^#/, ""));
  const [zoom, lat, lon] = (given.get("map") ?? "").split("/").map(Number);
  const placed = [zoom, lat, lon].every(Number.isFinite) && Math.abs(lat) <= 85 && Math.abs(lon) <= 180;
  return {
    view: given.has("map") && placed ? { zoom, center: [lon, lat] } : null,
    layers: given.has("layers") ? list(given.get("layers")) : null,
    shade: given.get("shade") ?? "",
    tree: given.get("tree") ?? "",
    at: given.get("at") ?? "",
  };
}

export function startHash(host, shading, layers) {
  let own = "", ready = false, waiting;
  const text = () => {
    const parts = [];
    const add = (name, value) => value && parts.push(`${name}=${encodeURIComponent(value).replace(/%2F/g, "/").replace(/%2C/g, ",").replace(/%3A/g, ":")}`);
    if (host.map) {
      const { lng, lat } = host.map.getCenter();
      add("map", `${host.map.getZoom().toFixed(2)}/${lat.toFixed(4)}/${lng.toFixed(4)}`);
    }
    if (layers.shown) parts.push(`layers=${layers.shown.join(",")}`);
    add("shade", shading.what);
    add("tree", shading.tree);
    add("at", host.time?.at);
    return `#${parts.join("&")}`;
  };
  const write = () => {
    waiting = undefined;
    own = text();
    history.replaceState(history.state, "", own);
  };
  const soon = () => ready && (waiting ??= setTimeout(write, 400));
  host.map?.on("moveend", soon);
  for (const event of ["map:layers", "map:shaded", "map:time"]) host.addEventListener(event, soon);
  host.signal.addEventListener("abort", () => clearTimeout(waiting));
  return {
    address: () => new URL(text(), location.href).href,
    isOwn: () => location.hash === own,
    async apply(wanted) {
      if (wanted.layers) layers.show(wanted.layers);
      if (wanted.view && host.map) {
        host.moved = true;
        host.map.jumpTo(wanted.view);
      }
      if (wanted.shade || shading.what) await shading.set(wanted.shade, wanted.tree);
      if (wanted.at) await host.time?.goToTime(wanted.at);
      ready = true;
    },
  };
}
