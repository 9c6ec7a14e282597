/** Layers by sector and type with their counts; a box for each. */
import { GRAVITY } from "./map-data.js";
import { element, mark } from "./map-furniture.js";
import { number } from "./page.js";

/** Sectors in their order, each with its kinds: `{key, label, kinds: [{kind, label, count, worst}]}`. */
function tally(features) {
  const sectors = new Map();
  for (const { properties: p } of features) {
    const sector = sectors.get(p.sector) ?? sectors.set(p.sector, { key: p.sector, label: p.sectorLabel ?? p.sector, order: p.order ?? 999, kinds: new Map() }).get(p.sector);
    const kind = sector.kinds.get(p.kind) ?? sector.kinds.set(p.kind, { kind: p.kind, label: p.plural ?? p.kindLabel ?? p.kind, count: 0, worst: "normal" }).get(p.kind);
    kind.count += 1;
    if ((GRAVITY[p.state] ?? 0) > (GRAVITY[kind.worst] ?? 0)) kind.worst = p.state;
  }
  return [...sectors.values()].sort((a, b) => a.order - b.order).map((s) => ({ ...s, kinds: [...s.kinds.values()].sort((a, b) => b.count - a.count) }));
}

/** Kinds of a sector that the page calls quiet (`data-quiet="reports"`) are off until somebody turns them on. */
export function startLayers(host, box, all) {
  const quiet = (host.dataset.quiet ?? "").split(/\s+/).filter(Boolean), quieted = new Set();
  let drawn = "", chosen = false;
  const boxes = () => [...box.querySelectorAll("input[data-kind]")];
  const hidden = () => boxes().filter((b) => !b.checked).map((b) => b.dataset.kind);
  const whole = () => {
    for (const group of box.querySelectorAll("input[data-sector]")) {
      const kinds = [...group.closest("fieldset").querySelectorAll("input[data-kind]")];
      const on = kinds.filter((b) => b.checked).length;
      group.checked = on === kinds.length;
      group.indeterminate = on > 0 && on < kinds.length;
    }
    if (all) all.checked = hidden().length === 0;
    if (all) all.indeterminate = !all.checked && boxes().some((b) => b.checked);
  };
  const changed = () => {
    chosen = true;
    whole();
    host.hideKinds(hidden());
    host.dispatchEvent(new CustomEvent("map:layers"));
  };
  box.addEventListener("change", ({ target }) => {
    if (target.dataset.sector !== undefined) for (const b of target.closest("fieldset").querySelectorAll("input[data-kind]")) b.checked = target.checked;
    changed();
  });
  all?.addEventListener("change", () => {
    for (const b of boxes()) b.checked = all.checked;
    changed();
  });
  const line = (className, data, label, count, worst, more = "") => {
    const input = element("input", { type: "checkbox", checked: true });
    Object.assign(input.dataset, data);
    const name = element("span", { textContent: label });
    if (more) name.append(" ", element("em", { textContent: more }));
    const row = element("label", { className }, input, name, element("small", { textContent: number(count, 0) }));
    if (GRAVITY[worst] >= 3) row.querySelector("small").prepend(mark(worst));
    return row;
  };
  const draw = () => {
    const sectors = tally(host.everything);
    const key = JSON.stringify(sectors);
    if (key === drawn) return;
    const off = new Set([...hidden(), ...host.hiddenKinds]);
    const fresh = sectors.filter((sector) => quiet.includes(sector.key)).flatMap((sector) => sector.kinds.map(({ kind }) => kind)).filter((kind) => !quieted.has(kind));
    for (const kind of fresh) quieted.add(kind), off.add(kind);
    drawn = key;
    const focus = document.activeElement?.dataset;
    const [heldKind, heldSector] = [focus?.kind, focus?.sector];
    box.replaceChildren(...sectors.map((sector) => {
      const total = sector.kinds.reduce((sum, kind) => sum + kind.count, 0);
      const title = element("legend", { className: "vh", textContent: sector.label });
      const [first, ...others] = sector.kinds;
      if (!others.length) return element("fieldset", { className: "map-sector" }, title, line("map-layer map-layer-sector", { kind: first.kind }, sector.label, total, first.worst, first.label));
      const rows = sector.kinds.map((one) => line("map-layer", { kind: one.kind }, one.label, one.count, one.worst));
      return element("fieldset", { className: "map-sector" }, title, line("map-layer map-layer-sector", { sector: sector.key }, sector.label, total, "normal"), ...rows);
    }));
    for (const b of boxes()) b.checked = !off.has(b.dataset.kind);
    whole();
    if (fresh.length) host.hideKinds(hidden());
    const held = heldKind ? `[data-kind="${CSS.escape(heldKind)}"]` : heldSector !== undefined ? `[data-sector="${CSS.escape(heldSector)}"]` : "";
    if (held && box.querySelector(held)) box.querySelector(held).focus();
  };
  host.addEventListener("map:shown", draw);
  draw();
  return {
    /** Shows only these kinds; null shows all. */
    show(kinds) {
      for (const b of boxes()) b.checked = kinds === null || kinds.includes(b.dataset.kind);
      changed();
    },
    /** The kinds that are shown; null when nobody has chosen and none is hidden. */
    get shown() {
      return chosen && hidden().length ? boxes().filter((b) => b.checked).map((b) => b.dataset.kind) : null;
    },
  };
}
