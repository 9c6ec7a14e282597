/** The panel of the map page: layers by sector and type, what colours the plate, the list of what is in view, the tools, and
    the address that brings all of it back. */
import { measure } from "./map-measure.js";
import { startLayers } from "./map-layers.js";
import { startList } from "./map-list.js";
import { readHash, startHash } from "./map-link.js";
import { drawHeat, refreshShade, shadeBy } from "./map-shade.js";
import { notify } from "./shell.js";
import { words } from "./page.js";

const find = (panel, name) => panel.querySelector(`[data-map-${name}]`);

/** Tabs after the ARIA pattern: arrows move, the panel follows. */
function startTabs(panel) {
  const tabs = [...panel.querySelectorAll("[role=tab]")];
  const choose = (chosen) => {
    for (const tab of tabs) {
      const on = tab === chosen;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !on;
    }
  };
  for (const [n, tab] of tabs.entries()) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", ({ key }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (!step) return;
      const next = tabs[(n + step + tabs.length) % tabs.length];
      choose(next);
      next.focus();
    });
  }
}

function startShading(host, panel) {
  const shade = find(panel, "shade"), tree = find(panel, "tree");
  const field = tree?.closest("[data-map-tree-field]");
  const apply = async () => {
    if (field) field.hidden = !shade.value.startsWith("area:");
    try {
      await shadeBy(host, shade.value, tree?.value);
    } catch {
      notify(words("failed"), "critical");
    }
    host.dispatchEvent(new CustomEvent("map:shaded"));
  };
  shade.addEventListener("change", apply);
  tree?.addEventListener("change", apply);
  host.addEventListener("map:time", () => host.heat && (drawHeat(host), host.show()));
  let waiting;
  const soon = () => (waiting ??= setTimeout(() => ((waiting = undefined), refreshShade(host).catch(() => {})), 4000));
  document.body.addEventListener("live:panorama", soon, { signal: host.signal });
  document.addEventListener("halong:theme", () => host.heat && drawHeat(host), { signal: host.signal });
  return { apply, set(what, on) {
    if ([...shade.options].some((option) => option.value === what)) shade.value = what;
    if (on && tree && [...tree.options].some((option) => option.value === on)) tree.value = on;
    return apply();
  }, get what() { return shade.value; }, get tree() { return shade.value.startsWith("area:") ? tree.value : ""; } };
}

function startTools(host, bar, link) {
  const buttons = [...bar.querySelectorAll("[data-tool]")];
  const measuring = buttons.filter((b) => ["distance", "area"].includes(b.dataset.tool));
  const press = (on) => measuring.forEach((b) => b.setAttribute("aria-pressed", String(b === on)));
  if (!host.map) measuring.forEach((b) => b.remove());
  host.addEventListener("map:measured", () => press(null));
  const acts = {
    distance: (button) => toggle(button), area: (button) => toggle(button), link,
    png: async () => (await import("./map-print.js")).savePicture(host),
    print: async () => (await import("./map-print.js")).printSheet(host),
  };
  const toggle = (button) => {
    const on = button.getAttribute("aria-pressed") !== "true";
    measure(host, on ? button.dataset.tool : "");
    press(on ? button : null);
  };
  for (const button of buttons) button.addEventListener("click", () => acts[button.dataset.tool](button));
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = Object.assign(document.createElement("textarea"), { value: text, className: "vh" });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  notify(words("copied link"), "good");
}

export async function startPanel(host) {
  const panel = document.querySelector(host.getAttribute("panel"));
  if (!panel) return;
  startTabs(panel);
  const layers = startLayers(host, find(panel, "layers"), find(panel, "all"));
  startList(host, { list: find(panel, "list"), count: find(panel, "count"), find: find(panel, "find"), units: find(panel, "units") });
  const shading = startShading(host, panel);
  const hash = startHash(host, shading, layers);
  startTools(host, host.querySelector(".map-toolbar"), () => copy(hash.address()));
  await hash.apply(readHash());
  addEventListener("hashchange", () => hash.isOwn() || hash.apply(readHash()), { signal: host.signal });
}
