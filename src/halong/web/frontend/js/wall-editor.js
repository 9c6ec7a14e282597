/** The editor of walls: tiles on a grid, moved by mouse, finger and keyboard. It works on a copy; saving sends all of it
    with the version that it was read as. Every change is one step of undo. */
import { clock } from "./page.js";

const start = JSON.parse(document.getElementById("wall-start").textContent);
const root = document.querySelector("[data-wall-editor]");
const one = (selector) => root.querySelector(selector);
const grid = one("[data-editor-grid]");
const said = one("[data-editor-say]");
const { columns, rows, kinds } = start;
const UNDO_STEPS = 100;

const fill = (key, values = {}) => start.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const copy = (value) => JSON.parse(JSON.stringify(value));
const say = (text) => (said.textContent = text);

let state = copy({ name: start.name, place: start.place, agency: start.agency, sector: start.sector, turnSeconds: start.turnSeconds, turnPlaces: start.turnPlaces, pages: start.pages });
let version = start.version, saved = JSON.stringify(state), shown = 0, chosen = null;
const past = [], future = [];
const drawn = new Map(); // tile id → { element, key }

const tiles = () => state.pages[shown].tiles;
const find = (id) => tiles().find((tile) => tile.id === id);
const isDirty = () => JSON.stringify(state) !== saved;
const newId = () => `t${Math.random().toString(36).slice(2, 9)}`;

// ── The grid ──────────────────────────────────────────────────────────────────────────────────────────────────────

const overlap = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

function fits(box, id, [leastW, leastH] = [1, 1]) {
  return box.x >= 0 && box.y >= 0 && box.w >= leastW && box.h >= leastH && box.x + box.w <= columns && box.y + box.h <= rows && !tiles().some((tile) => tile.id !== id && overlap(tile, box));
}

/** The first free box of a size, else of a smaller one down to the least. */
function freeBox([w, h], [leastW, leastH]) {
  for (let height = h; height >= leastH; height--)
    for (let width = w; width >= leastW; width--)
      for (let y = 0; y + height <= rows; y++)
        for (let x = 0; x + width <= columns; x++) if (fits({ x, y, w: width, h: height })) return { x, y, w: width, h: height };
  return null;
}

/** Where a tile goes when it is pushed one step: over its neighbours to the next free cells that way, if there are any. */
function pushed(tile, dx, dy) {
  const box = { ...tile };
  for (;;) {
    box.x += dx;
    box.y += dy;
    if (box.x < 0 || box.y < 0 || box.x + box.w > columns || box.y + box.h > rows) return null;
    if (fits(box, tile.id)) return box;
  }
}

// ── Changes ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** Make a change that can be undone. */
function change(act) {
  const before = JSON.stringify({ state, shown });
  act();
  if (JSON.stringify({ state, shown }) === before) return;
  past.push(before);
  if (past.length > UNDO_STEPS) past.shift();
  future.length = 0;
  render();
}

function travel(from, to, word) {
  if (!from.length) return;
  to.push(JSON.stringify({ state, shown }));
  ({ state, shown } = JSON.parse(from.pop()));
  if (!find(chosen)) chosen = null;
  fillFields();
  render();
  panel();
  say(fill(word));
}

function place(tile, box, word) {
  if (!box) return say(fill("no room"));
  change(() => Object.assign(tile, { x: box.x, y: box.y, w: box.w, h: box.h }));
  say(fill(word, { x: box.x + 1, y: box.y + 1, w: box.w, h: box.h }));
}

function add(kind, settings = {}, where = "") {
  const { size, least, label } = kinds[kind];
  const box = tiles().length < start.mostTiles && freeBox(size, least);
  if (!box) return say(fill("full")), warn(fill("full"));
  const tile = { id: newId(), kind, ...box, place: where, settings };
  change(() => tiles().push(tile));
  choose(tile.id, true);
  say(fill("added", { name: label }));
}

function remove() {
  const tile = find(chosen);
  if (!tile) return;
  change(() => tiles().splice(tiles().indexOf(tile), 1));
  choose(null);
  say(fill("removed", { name: kinds[tile.kind].label }));
}

// ── Drawing ───────────────────────────────────────────────────────────────────────────────────────────────────────

const classes = ({ x, y, w, h }) => `panel wall-tile gx-${x} gy-${y} gw-${w} gh-${h}`;

function render() {
  const here = new Set(tiles().map((tile) => tile.id));
  for (const [id, { element }] of drawn) {
    if (here.has(id)) continue;
    element.remove();
    drawn.delete(id);
  }
  for (const tile of tiles()) draw(tile);
  drawPages();
  one('[data-do="undo"]').disabled = !past.length;
  one('[data-do="redo"]').disabled = !future.length;
  one("[data-editor-state]").textContent = isDirty() ? fill("unsaved") : "";
  one("[data-editor-tile-tools]").hidden = !chosen;
}

function draw(tile) {
  let entry = drawn.get(tile.id);
  if (!entry) {
    const element = document.createElement("div");
    element.innerHTML = '<div class="editor-content" inert></div><span class="editor-grip" aria-hidden="true"></span>';
    Object.assign(element, { tabIndex: 0 });
    element.setAttribute("role", "group");
    element.dataset.id = tile.id;
    entry = { element, key: "" };
    drawn.set(tile.id, entry);
    grid.append(element);
  }
  const { element } = entry;
  element.className = `${classes(tile)}${tile.id === chosen ? " is-chosen" : ""}`;
  element.setAttribute("aria-label", fill("at", { name: kinds[tile.kind].label, x: tile.x + 1, y: tile.y + 1, w: tile.w, h: tile.h }));
  const key = JSON.stringify([tile.kind, tile.place, tile.settings, tile.w, tile.h, state.place, state.agency, state.sector, state.turnPlaces]);
  if (entry.key !== key && !dragging) {
    entry.key = key;
    preview(tile, entry);
  }
}

/** What would stand in the tile: made by the server, as on the wall. */
async function preview(tile, entry) {
  const { key } = entry;
  const answer = await post(start.urls.tile, { tile }).catch(() => null);
  if (!answer?.ok || entry.key !== key) return;
  const content = entry.element.querySelector(".editor-content");
  content.innerHTML = await answer.text();
  content.dispatchEvent(new CustomEvent("htmx:after:swap", { bubbles: true }));
}

function drawPages() {
  const bar = one("[data-editor-pages]");
  bar.replaceChildren(...state.pages.map((_, number) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: fill("page", { n: number + 1 }) });
    button.dataset.page = number;
    if (number === shown) button.setAttribute("aria-current", "page");
    return button;
  }));
  const seconds = one('[name="seconds"]');
  if (document.activeElement !== seconds) seconds.value = state.pages[shown].seconds;
  one('[data-do="remove-page"]').disabled = state.pages.length === 1;
  one('[data-do="add-page"]').disabled = state.pages.length === start.mostPages;
}

/** The fields around the grid say what the state says. */
function fillFields() {
  for (const name of ["name", "place", "agency", "sector", "turnSeconds"]) one(`[name="${name}"]`).value = state[name];
  for (const box of root.querySelectorAll('[name="turnPlaces"]')) box.checked = state.turnPlaces.includes(Number(box.value));
}

function choose(id, focus = false) {
  if (chosen !== id) {
    chosen = id;
    for (const [key, { element }] of drawn) element.classList.toggle("is-chosen", key === id);
    one("[data-editor-tile-tools]").hidden = !chosen;
    panel();
  }
  if (focus) drawn.get(id)?.element.focus({ preventScroll: true });
}

// ── The settings of a tile ────────────────────────────────────────────────────────────────────────────────────────

async function panel(query = "") {
  const host = one("[data-editor-panel]"), tile = find(chosen);
  if (!tile) return host.replaceChildren(Object.assign(document.createElement("p"), { className: "faint", textContent: fill("nothing chosen") }));
  const answer = await post(start.urls.panel, { tile, find: query }).catch(() => null);
  if (!answer?.ok || tile.id !== chosen) return;
  const active = host.contains(document.activeElement) ? document.activeElement.name : null;
  host.innerHTML = await answer.text();
  const field = active && host.querySelector(`[name="${active}"]`);
  field?.focus();
  if (field?.matches("[data-find]")) field.setSelectionRange(field.value.length, field.value.length);
}

let finding;
function settingChanged(event) {
  const field = event.target, tile = find(chosen);
  if (!tile || !field.name) return;
  if (field.matches("[data-find]")) {
    clearTimeout(finding);
    finding = setTimeout(() => panel(field.value), 300);
    return;
  }
  if (event.type === "input" && field.localName === "select") return; // its change follows
  change(() => {
    if (field.name === "place") tile.place = field.value;
    else if (field.value) tile.settings[field.name] = field.value;
    else delete tile.settings[field.name];
    if (field.name === "thing") delete tile.settings.property;
  });
  if (field.name === "thing") panel(one("[data-find]")?.value ?? "");
}

// ── Pointer and keyboard ──────────────────────────────────────────────────────────────────────────────────────────

let dragging = null;

function cell() {
  const { width, height } = grid.getBoundingClientRect();
  return [width / columns, height / rows];
}

function pointerDown(event) {
  const element = event.target.closest("[data-id]");
  if (!element || event.button !== 0) return element || choose(null);
  event.preventDefault();
  choose(element.dataset.id, true);
  const tile = find(chosen);
  dragging = { id: event.pointerId, tile, from: { ...tile }, x: event.clientX, y: event.clientY, sizing: event.target.matches(".editor-grip"), before: JSON.stringify({ state, shown }) };
  grid.setPointerCapture(event.pointerId);
  element.classList.add("is-dragged");
}

function pointerMove(event) {
  if (dragging?.id !== event.pointerId) return;
  const { tile, from, sizing } = dragging, [w, h] = cell();
  const dx = Math.round((event.clientX - dragging.x) / w), dy = Math.round((event.clientY - dragging.y) / h);
  const box = sizing ? { ...from, w: from.w + dx, h: from.h + dy } : { ...from, x: from.x + dx, y: from.y + dy };
  if (!fits(box, tile.id, kinds[tile.kind].least) || (box.x === tile.x && box.y === tile.y && box.w === tile.w && box.h === tile.h)) return;
  Object.assign(tile, { x: box.x, y: box.y, w: box.w, h: box.h });
  draw(tile);
}

function pointerUp(event) {
  if (dragging?.id !== event.pointerId) return;
  const { tile, before, sizing } = dragging;
  dragging = null;
  drawn.get(tile.id)?.element.classList.remove("is-dragged");
  if (JSON.stringify({ state, shown }) !== before) {
    past.push(before);
    future.length = 0;
    say(fill(sizing ? "sized" : "moved", { x: tile.x + 1, y: tile.y + 1, w: tile.w, h: tile.h }));
  }
  render();
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function gridKey(event) {
  const tile = find(event.target.closest("[data-id]")?.dataset.id);
  if (!tile || event.ctrlKey || event.metaKey || event.altKey) return;
  choose(tile.id);
  if (ARROWS[event.key]) {
    event.preventDefault();
    const [dx, dy] = ARROWS[event.key];
    if (!event.shiftKey) return place(tile, pushed(tile, dx, dy), "moved");
    const box = { ...tile, w: tile.w + dx, h: tile.h + dy };
    place(tile, fits(box, tile.id, kinds[tile.kind].least) && box, "sized");
  } else if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    const next = drawn.get(tile.id).element.nextElementSibling ?? drawn.get(tile.id).element.previousElementSibling;
    remove();
    next?.focus();
  } else if (event.key === "Enter") {
    event.preventDefault();
    one("[data-editor-panel] :is(input, select, textarea)")?.focus();
  } else if (event.key === "Escape") choose(null);
}

function rootKey(event) {
  if (!(event.ctrlKey || event.metaKey)) {
    if (event.key === "Escape" && root.classList.contains("is-preview")) setPreview(false);
    return;
  }
  const key = event.key.toLowerCase(), typing = event.target.matches("input, textarea");
  if (key === "s") event.preventDefault(), save();
  else if (key === "z" && !typing) event.preventDefault(), event.shiftKey ? travel(future, past, "redone") : travel(past, future, "undone");
  else if (key === "y" && !typing) event.preventDefault(), travel(future, past, "redone");
}

// ── Saving ────────────────────────────────────────────────────────────────────────────────────────────────────────

function post(url, body) {
  const { place, agency, sector, turnPlaces } = state;
  const token = document.querySelector('meta[name="csrf-token"]').content;
  return fetch(url, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify({ place, agency, sector, turnPlaces, ...body }) });
}

function warn(text) {
  const box = one("[data-editor-error]");
  box.hidden = !text;
  box.querySelector("p").textContent = text;
}

async function save() {
  const body = JSON.stringify(state);
  warn("");
  one("[data-editor-state]").textContent = fill("saving");
  const answer = await post(start.urls.save, { ...state, version }).catch(() => null);
  const given = await answer?.json().catch(() => null);
  one("[data-editor-conflict]").hidden = !given?.conflict;
  if (answer?.ok && given) {
    ({ version } = given);
    saved = body;
    render();
    one("[data-editor-state]").textContent = fill("saved");
    say(fill("saved"));
    return;
  }
  render();
  if (given?.conflict) {
    const who = given.conflict.who || fill("somebody");
    one("[data-editor-conflict-words]").textContent = fill("conflict", { who, at: clock(new Date(given.conflict.at), true) });
  } else warn(given?.error ?? fill("failed"));
}

/** Save over what somebody else saved: asked for once more, knowingly. */
async function overwrite() {
  const answer = await fetch(location.href);
  const other = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("wall-start");
  ({ version } = JSON.parse(other.textContent));
  save();
}

function setPreview(on) {
  root.classList.toggle("is-preview", on);
  one('[data-do="preview"]').setAttribute("aria-pressed", String(on));
  if (on) one(".editor-screen").requestFullscreen?.().catch(() => {});
  else if (document.fullscreenElement) document.exitFullscreen();
}

const acts = {
  undo: () => travel(past, future, "undone"),
  redo: () => travel(future, past, "redone"),
  preview: () => setPreview(!root.classList.contains("is-preview")),
  save,
  overwrite,
  reload: () => ((saved = JSON.stringify(state)), location.reload()),
  remove,
  copy: () => find(chosen) && add(find(chosen).kind, copy(find(chosen).settings), find(chosen).place),
  "add-page": () => change(() => (state.pages.push({ seconds: 30, tiles: [] }), (shown = state.pages.length - 1))),
  "remove-page": () => {
    if (tiles().length && !confirm(fill("remove page"))) return;
    change(() => (state.pages.splice(shown, 1), (shown = Math.min(shown, state.pages.length - 1))));
    choose(null);
  },
};

function clicked(event) {
  const button = event.target.closest("button");
  if (button?.dataset.do) acts[button.dataset.do]();
  else if (button?.dataset.add) add(button.dataset.add);
  else if (button?.dataset.page) {
    shown = Number(button.dataset.page);
    choose(null);
    render();
    one(`[data-page="${shown}"]`).focus();
  }
}

/** A field about the whole wall, or the seconds of the page. */
function fieldChanged(event) {
  const { name, value, checked } = event.target;
  change(() => {
    if (name === "seconds") state.pages[shown].seconds = Number(value);
    else if (name === "turnSeconds") state.turnSeconds = Number(value);
    else if (name === "turnPlaces") state.turnPlaces = checked ? [...state.turnPlaces, Number(event.target.value)] : state.turnPlaces.filter((pk) => pk !== Number(event.target.value));
    else if (name in state) state[name] = value;
  });
}

one("[data-editor-panel]").addEventListener("input", settingChanged);
one("[data-editor-panel]").addEventListener("change", (event) => event.target.localName === "select" && settingChanged(event));
one("[data-editor-panel]").addEventListener("submit", (event) => event.preventDefault());
root.addEventListener("change", (event) => !event.target.closest("[data-editor-panel]") && fieldChanged(event));
root.addEventListener("click", clicked);
root.addEventListener("keydown", rootKey);
grid.addEventListener("pointerdown", pointerDown);
grid.addEventListener("pointermove", pointerMove);
grid.addEventListener("pointerup", pointerUp);
grid.addEventListener("pointercancel", pointerUp);
grid.addEventListener("keydown", gridKey);
grid.addEventListener("focusin", (event) => event.target.dataset.id && choose(event.target.dataset.id));
document.addEventListener("fullscreenchange", () => !document.fullscreenElement && setPreview(false));
addEventListener("beforeunload", (event) => isDirty() && event.preventDefault());
render();
root.dataset.ready = "";
