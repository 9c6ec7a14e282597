/** A position is picked on the plate: `<halong-map pick="id_lon id_lat">` names the fields for longitude and latitude.
    A click sets them, the mark can be dragged, and typing moves it: the map is never the only way. */
export function startPicking(map, maplibre, element) {
  const [lon, lat] = element.getAttribute("pick").split(/\s+/).map((id) => document.getElementById(id));
  if (!lon || !lat) return;
  const mark = new maplibre.Marker({ element: Object.assign(document.createElement("div"), { className: "pick-mark" }), draggable: true });
  const read = () => [lon.value, lat.value].map((text) => (text.trim() ? Number(text.replace(",", ".")) : NaN));
  const show = () => {
    const [x, y] = read();
    if (Number.isFinite(x) && Number.isFinite(y) && Math.abs(x) <= 180 && Math.abs(y) <= 90) mark.setLngLat([x, y]).addTo(map);
    else mark.remove();
  };
  const write = ({ lng, lat: north }) => {
    lon.value = lng.toFixed(5);
    lat.value = north.toFixed(5);
    for (const field of [lon, lat]) field.dispatchEvent(new Event("change", { bubbles: true }));
    show();
  };
  map.on("click", (event) => element.measuring || write(event.lngLat));
  mark.on("dragend", () => write(mark.getLngLat()));
  for (const field of [lon, lat]) field.addEventListener("input", show);
  map.getCanvas().style.cursor = "crosshair";
  show();
  const [x, y] = read();
  // After the plate has taken its first size, which shows the whole province.
  if (Number.isFinite(x) && Number.isFinite(y)) map.once("idle", () => map.jumpTo({ center: [x, y], zoom: 10.5 }));
}
