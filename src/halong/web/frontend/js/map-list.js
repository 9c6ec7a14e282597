/** The same things as a list, with the same filter, gravest first: for keyboards, screen readers, and who doesn't use maps. */
import { GRAVITY } from "./map-data.js";
import { element, mark } from "./map-furniture.js";
import { number, words } from "./page.js";

const MOST = 80;
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();

function inView(host) {
  if (!host.map) return () => true;
  const bounds = host.map.getBounds();
  return ({ geometry }) => bounds.contains(geometry.coordinates);
}

function item(host, feature) {
  const { name, state, value, kindLabel, place, href } = feature.properties;
  const title = element("button", { type: "button", className: "map-item", title: words("open") }, mark(state), element("span", {}, element("b", { textContent: name }), element("small", { textContent: [state !== "normal" && words(`state ${state}`), value, kindLabel, place].filter(Boolean).join(" · ") })));
  title.addEventListener("click", () => (host.map ? host.goTo(feature) : location.assign(href)));
  const open = element("a", { href, className: "map-item-open", textContent: "›" });
  open.setAttribute("aria-label", `${words("open")}: ${name}`);
  return element("li", {}, title, open);
}

/** Units with their values when an indicator colours them: what the colours say, to read. */
function unitRows(host, box) {
  box.replaceChildren();
  box.hidden = !host.areas;
  if (!host.areas) return;
  const { list, name, unit } = host.areas;
  const rows = list.map((row) => element("tr", {}, element("td", { className: "num", textContent: row.rank ?? "" }), element("th", { scope: "row", textContent: row.name }), element("td", { className: "num" }, ...(row.state !== "normal" ? [mark(row.state), " "] : []), row.text, ...(row.of ? [element("small", { textContent: row.of })] : []))));
  const head = element("thead", {}, element("tr", {}, ...["#", words("places"), unit || ""].map((text, i) => element("th", { scope: "col", textContent: text, className: i === 1 ? "" : "num" }))));
  box.append(element("table", { className: "table table-small" }, element("caption", { textContent: name }), head, element("tbody", {}, ...rows)));
}

export function startList(host, { list, count, find, units }) {
  let waiting;
  const draw = () => {
    waiting = undefined;
    const wanted = fold(find.value.trim()).split(/\s+/);
    const seen = inView(host);
    const fits = (text) => wanted.every((word) => text.includes(word));
    const found = host.shown.filter((f) => seen(f) && (!wanted[0] || fits(fold(`${f.properties.name} ${f.properties.place} ${f.properties.kindLabel}`))));
    // The server gives them in the order of the alphabet, which this sorting keeps.
    found.sort((a, b) => (GRAVITY[b.properties.state] ?? 0) - (GRAVITY[a.properties.state] ?? 0));
    count.textContent = words("listed", { n: number(found.length, 0), total: number(host.everything.length, 0) });
    const focused = document.activeElement?.closest?.("[data-thing]")?.dataset.thing;
    const rows = found.slice(0, MOST).map((feature) => Object.assign(item(host, feature), { dataId: feature.id }));
    for (const row of rows) row.dataset.thing = row.dataId;
    if (found.length > MOST) rows.push(element("li", { className: "map-more", textContent: words("zoom for more", { n: number(found.length - MOST, 0) }) }));
    if (!found.length) rows.push(element("li", { className: "map-more", textContent: words("none listed") }));
    list.replaceChildren(...rows);
    if (focused) list.querySelector(`[data-thing="${CSS.escape(focused)}"] button`)?.focus({ preventScroll: true });
  };
  const soon = () => (waiting ??= setTimeout(draw, 250));
  host.addEventListener("map:shown", soon);
  host.addEventListener("map:shaded", () => unitRows(host, units));
  host.map?.on("moveend", soon);
  find.addEventListener("input", soon);
  host.signal.addEventListener("abort", () => clearTimeout(waiting));
  draw();
}
