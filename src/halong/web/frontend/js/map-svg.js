/** The plate as a plain drawing, for devices without WebGL: the same coast, the same shapes, links instead of popups. */
const NS = "http://www.w3.org/2000/svg";
const WIDTH = 820;
const SHAPES = { attention: "M0-5 5 5H-5Z", high: "M0-6 6 0 0 6-6 0Z", critical: "M-5-5H5V5H-5Z" };

const make = (name, attributes = {}) => {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

/** `surface`: `{canvas, box: [west, south, east, north]}`, a coloured picture between units and things. */
export function drawSvg(base, data, [[west, south], [east, north]], surface) {
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const unit = WIDTH / ((east - west) * squeeze);
  const height = Math.round((north - south) * unit);
  const at = ([lon, lat]) => [((lon - west) * squeeze * unit).toFixed(1), ((north - lat) * unit).toFixed(1)];
  const rings = (g) => (g.type === "Polygon" ? g.coordinates : g.type === "MultiPolygon" ? g.coordinates.flat() : []);
  const path = (g) => rings(g).map((ring) => `M${ring.map((p) => at(p).join(",")).join("L")}Z`).join("");
  const svg = make("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "map-drawing", "aria-hidden": "true" });
  for (const feature of base.features) if (feature.properties.kind === "province") svg.append(make("path", { d: path(feature.geometry), class: "map-land" }));
  for (const { geometry, properties } of data.places.features) svg.append(make("path", { d: path(geometry), class: properties.class >= -1 ? `map-place fill-ramp-${properties.class}` : "map-place" }));
  if (surface) {
    const [x, y] = at([surface.box[0], surface.box[3]]), [right, below] = at([surface.box[2], surface.box[1]]);
    svg.append(make("image", { href: surface.canvas.toDataURL(), x, y, width: right - x, height: below - y, preserveAspectRatio: "none" }));
  }
  for (const feature of data.things.features) {
    const [cx, cy] = at(feature.geometry.coordinates);
    const { state } = feature.properties;
    if (SHAPES[state]) svg.append(make("path", { transform: `translate(${cx} ${cy}) scale(.7)`, d: SHAPES[state], class: `mark-${state}` }));
    else svg.append(make("circle", { cx, cy, r: 2.6, class: state === "stale" || state === "dead" ? "map-thing is-silent" : "map-thing" }));
  }
  for (const feature of data.events.features) {
    const [x, y] = at(feature.geometry.coordinates);
    const group = make("g", { transform: `translate(${x} ${y})` });
    group.append(make("circle", { r: 11, class: "map-halo" }), make("path", { d: SHAPES[feature.properties.state] ?? SHAPES.attention, class: `mark-${feature.properties.state}` }));
    const text = make("text", { x: 14, y: 4, class: "map-text" });
    text.textContent = feature.properties.label ?? feature.properties.name;
    group.append(text);
    svg.append(group);
  }
  return svg;
}
