/** <halong-map>: the quiet plate. See docs/components.md for its attributes.
    Things are small, events loud; status is shape and word before it is colour. Without WebGL a drawing is shown. */
import { layers, readTokens, setTokens, sources } from "./map-style.js";
import { drawSvg } from "./map-svg.js";
import { addChips, addLegend, labelPoints, makeFoot } from "./map-furniture.js";
import { addMarks, wallScale } from "./map-marks.js";
import { collection, EMPTY, Feed, getJson, split, Things } from "./map-data.js";
import { addPopups, showCard } from "./map-card.js";
import { startPicking } from "./map-pick.js";
import { makeInset, titled, watchSea } from "./map-sea.js";
import { page, style, words } from "./page.js";

const PROVINCE = [[106.42, 20.68], [108.1, 21.68]];
const BOUNDS = [[104.9, 19.6], [109.5, 22.6]];
const WIDE = [[97, 2.5], [123.5, 26.5]];
const SELDOM = 1500;
let library;

async function loadLibrary() {
  library ??= (async () => {
    await Promise.all([
      document.fonts.load('400 16px "Be Vietnam Pro"', "aầ"),
      document.fonts.load('600 16px "Be Vietnam Pro"', "aầ"),
    ]);
    const maplibre = await import(page.assets.maplibre);
    maplibre.setWorkerUrl(new URL(page.assets.maplibreWorker, location.href).href);
    return maplibre;
  })();
  return library;
}

const canDraw = () => Boolean(document.createElement("canvas").getContext("webgl2"));

class HalongMap extends HTMLElement {
  /** The MapLibre map; undefined without WebGL. */
  map;
  /** Units by indicator, or null: see map-areas.js. */
  areas = null;
  #things;
  #places = EMPTY;
  #events = null;
  #base;
  #sea = EMPTY;
  #hidden = new Set();
  #replay = null;
  #feeds = { things: new Feed(), events: new Feed() };
  #stop = new AbortController();
  #sizes;

  async connectedCallback() {
    if (this.dataset.started) return;
    this.dataset.started = "1";
    this.setAttribute("role", "group");
    if (this.getAttribute("label")) this.setAttribute("aria-label", this.getAttribute("label"));
    this.#frame();
    this.#sizes = new ResizeObserver(() => this.#fit());
    this.#sizes.observe(this);
    this.#things = new Things(this.getAttribute("src"));
    try {
      [this.#base, this.#sea] = await Promise.all([getJson(page.assets.basemap), getJson(page.assets.eastsea), style(page.assets.mapStyle)]);
      await this.load();
      if (this.#stop.signal.aborted) return;
      if (!canDraw()) throw new Error("no WebGL");
      await this.#draw(await loadLibrary());
    } catch (error) {
      console.warn("map:", error.message);
      this.#fallback();
    }
    await this.#furnish();
    // Ready is what one can see and click, not what is still on its way to the worker.
    if (this.map) await Promise.race([new Promise((done) => this.map.once("idle", done)), new Promise((done) => setTimeout(done, 5000))]);
    this.#listen();
    this.dataset.ready = "";
    this.dispatchEvent(new CustomEvent("map:ready"));
  }

  disconnectedCallback() {
    this.#stop.abort();
    this.#sizes?.disconnect();
    this.map?.remove();
    this.map = undefined;
  }

  /** Where a position lies on the plate, in pixels. */
  whereIs(position) {
    const { x, y } = this.map.project(position);
    return [x, y];
  }

  get signal() {
    return this.#stop.signal;
  }

  get still() {
    return this.hasAttribute("still");
  }

  /** When what is shown was so: the hour looked at again, else the time of the last answer. */
  get at() {
    return this.#replay?.at ?? this.#things.at ?? new Date();
  }

  get replaying() {
    return this.#replay !== null;
  }

  get places() {
    return this.#places;
  }

  /** Every thing, as it stands now or stood at the hour looked at. */
  get everything() {
    const features = [...this.#things.features.values()];
    return this.#replay ? features.map(this.#replay.then) : features;
  }

  /** The things that no filter hides; those in alarm show whatever the layer. */
  get shown() {
    return this.everything.filter(({ properties: { kind, state } }) => !this.#hidden.has(kind) || (!this.hasAttribute("strict") && ["critical", "high", "attention"].includes(state)));
  }

  get hiddenKinds() {
    return this.#hidden;
  }

  hideKinds(kinds) {
    this.#hidden = new Set(kinds);
    this.show();
  }

  /** `{at, then(feature) → feature as it stood}` shows the past; null shows now. */
  lookBack(replay) {
    this.#replay = replay;
    this.classList.toggle("is-replay", replay !== null);
    this.show();
  }

  get home() {
    const given = (this.getAttribute("bounds") ?? "").split(",").map(Number);
    return given.length === 4 && given.every(Number.isFinite) ? [[given[0], given[1]], [given[2], given[3]]] : PROVINCE;
  }

  goHome(options = {}) {
    this.map?.fitBounds(this.home, { padding: this.#padding(), ...options });
  }

  /** Opens the card of a thing, after going there. */
  goTo(feature) {
    if (!this.map) return;
    const [center, zoom] = [feature.geometry.coordinates, Math.max(this.map.getZoom(), 11.5)];
    this.map.easeTo({ center, zoom, duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 600 });
    showCard(this, feature, center);
  }

  /** Fetches what changed; true when anything did. */
  async load() {
    const [things, places, events] = await Promise.all([this.#things.load(), this.#loadPlaces(), getJson(this.getAttribute("events-src"))]);
    this.#events = this.hasAttribute("events-src") ? events.features : null;
    return things || places || this.#events !== null;
  }

  /** Units seldom change: they are asked for once, and again only when somebody chooses another indicator or page. */
  async #loadPlaces() {
    if (this.#places !== EMPTY || !this.hasAttribute("places-src")) return false;
    this.#places = await getJson(this.getAttribute("places-src"));
    return true;
  }

  /** Draws what is there now. */
  show() {
    const found = split(this.shown, this.#replay ? null : this.#events);
    if (this.map) {
      this.#feeds.things.send(this.map.getSource("things"), found.things);
      this.#feeds.events.send(this.map.getSource("events"), found.events);
    } else if (this.canvas.isConnected && this.classList.contains("is-drawing")) this.#drawing(found);
    addLegend(this, found, this.#places);
    this.dispatchEvent(new CustomEvent("map:shown"));
  }

  /** Draws the units again, with their classes when they are coloured by an indicator. */
  showPlaces() {
    const classes = this.areas?.classes;
    const features = this.#places.features.map((f) => ({ ...f, properties: { ...f.properties, class: classes?.get(f.properties.id) ?? (classes ? -1 : -2) } }));
    this.coloured = collection(features);
    this.map?.getSource("places")?.setData(this.coloured);
    if (!this.map) this.show();
    addLegend(this, split(this.shown, this.#events), this.#places);
  }

  #frame() {
    this.canvas = Object.assign(document.createElement("div"), { className: "map-canvas" });
    this.state = Object.assign(document.createElement("div"), { className: "map-state", textContent: words("map loading") });
    this.prepend(this.canvas, this.state);
    makeFoot(this);
  }

  async #draw(maplibre) {
    this.maplibre = maplibre;
    const tokens = readTokens(this);
    const map = (this.map = new maplibre.Map({
      container: this.canvas,
      style: { version: 8, sources: sources(this.#base, titled(this.#sea), this.#places, labelPoints(this.#places), this.#things.features.size, !this.still), layers: layers(tokens, wallScale()) },
      bounds: this.home,
      fitBoundsOptions: { padding: this.#padding() },
      maxBounds: this.hasAttribute("wide") ? WIDE : BOUNDS,
      maxZoom: 16,
      minZoom: this.hasAttribute("wide") ? 3.4 : 6,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      attributionControl: false,
      cooperativeGestures: this.hasAttribute("cooperative"),
      interactive: !this.still,
      fadeDuration: 0,
      locale: { "NavigationControl.ZoomIn": words("zoom in"), "NavigationControl.ZoomOut": words("zoom out"), "Map.Title": this.getAttribute("label") ?? "", "Popup.Close": words("close") },
    }));
    map.touchZoomRotate?.disableRotation();
    await new Promise((done) => map.once("style.load", done));
    addMarks(map, tokens);
    await new Promise((done) => map.once("load", done));
    this.state.remove();
    if (!this.still) {
      map.addControl(new maplibre.NavigationControl({ showCompass: false }), "bottom-right");
      this.#homeButton();
      addPopups(this);
    }
    // A plate that grows (a phone turned, a wall resized) keeps the whole province until somebody has moved it: see #fit.
    map.on("movestart", (event) => (this.moved ||= Boolean(event.originalEvent)));
    if (this.hasAttribute("pick")) startPicking(map, maplibre, this);
  }

  #fit() {
    this.style.setProperty("--map-top", `${this.querySelector(".map-tools")?.offsetHeight ?? 0}px`);
    if (!this.moved) this.goHome({ duration: 0 });
  }

  /** What lies over the plate, with or without WebGL. */
  async #furnish() {
    if (!this.still && !this.hasAttribute("panel") && !this.hasAttribute("bare")) addChips(this, this.everything);
    const inset = makeInset(this.#sea);
    this.append(inset);
    this.#keepClear();
    if (this.map) watchSea(this, this.map, inset);
    this.#chips();
    this.show();
    const parts = [];
    if (this.hasAttribute("replay-src")) parts.push(import("./map-time.js").then(({ addTime }) => addTime(this)));
    if (this.hasAttribute("panel")) parts.push(import("./map-panel.js").then(({ startPanel }) => startPanel(this)));
    if (this.map && this.hasAttribute("overlay-src")) parts.push(import("./map-overlay.js").then(({ startOverlay }) => startOverlay(this)));
    if (this.hasAttribute("area-src") || this.hasAttribute("draw")) parts.push(import("./map-area.js").then(({ startArea }) => startArea(this)));
    await Promise.all(parts);
    this.#keepClear();
  }

  /** The inset stays under the chips, whoever put them there and however many lines they need. */
  #keepClear() {
    for (const tools of this.querySelectorAll(".map-tools")) this.#sizes.observe(tools);
  }

  /** Room for what lies over the plate: `pad="56 16 60 16"` (top right bottom left); `beside=".panel"`: a panel that lies over its right side. */
  #padding() {
    const [top = 44, right = 16, bottom = 24, left = 16] = (this.getAttribute("pad") ?? "").split(/\s+/).filter(Boolean).map((text) => Number(text) * wallScale());
    const beside = this.hasAttribute("beside") && document.querySelector(this.getAttribute("beside"));
    const covered = beside && getComputedStyle(beside).position === "absolute" ? beside.offsetWidth + 12 : 0;
    const fits = this.clientWidth - left - right - covered > 160;
    this.style.setProperty("--map-right", fits ? `${Math.max(0, covered + right - 16)}px` : "0px");
    return fits ? { top, right: right + covered, bottom, left } : 12;
  }

  #homeButton() {
    const button = Object.assign(document.createElement("button"), { type: "button", title: words("whole province"), className: "map-home", textContent: "⌂" });
    button.setAttribute("aria-label", words("whole province"));
    button.addEventListener("click", () => this.goHome());
    this.querySelector(".maplibregl-ctrl-group")?.append(button);
  }

  /** Chips turn layers and kinds on and off. A page may bring its own: `<button class="chip" data-layer="alerts">` in the slot. */
  #chips() {
    const groups = { events: ["events-halo", "events", "events-label"], things: ["things", "things-loud", "clusters", "cluster-count", "cluster-mark"], places: ["places", "places-line", "places-approximate", "places-label"] };
    const chips = [...this.querySelectorAll("[data-layer]")];
    const filter = () => (this.#hidden = new Set(chips.filter((c) => c.dataset.kinds && c.getAttribute("aria-pressed") === "false").flatMap((c) => c.dataset.kinds.split(/\s+/))));
    for (const chip of chips) {
      chip.addEventListener("click", () => {
        const on = chip.getAttribute("aria-pressed") !== "true";
        chip.setAttribute("aria-pressed", String(on));
        if (chip.dataset.kinds) return filter(), this.show();
        for (const id of groups[chip.dataset.layer] ?? []) if (this.map?.getLayer(id)) this.map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
      });
    }
    filter();
  }

  #drawing({ things, events }) {
    this.canvas.replaceChildren(drawSvg(this.#base ?? EMPTY, { places: this.coloured ?? this.#places, things: collection(things), events: collection(events) }, PROVINCE, this.surface));
  }

  #fallback() {
    this.state.remove();
    this.map?.remove();
    this.map = undefined;
    this.classList.add("is-drawing");
    this.foot.corner.append(Object.assign(document.createElement("p"), { className: "map-note", textContent: words("map failed") }));
  }

  #listen() {
    const { signal } = this.#stop;
    let waiting, busy = false, again = false;
    const refresh = async () => {
      waiting = undefined;
      if (busy) return (again = true);
      busy = true;
      try {
        if ((await this.load()) && !signal.aborted) this.show();
      } catch { /* the line may be down: what is on the plate stays, and the shell says so */ }
      busy = false;
      if (again && !signal.aborted) [again] = [false, soon()];
    };
    const soon = () => (waiting ??= setTimeout(refresh, SELDOM));
    signal.addEventListener("abort", () => clearTimeout(waiting));
    for (const topic of (this.dataset.live ?? "").split(/[\s,]+/).filter(Boolean)) document.body.addEventListener(`live:${topic}`, soon, { signal });
    document.addEventListener("halong:theme", () => this.map && setTokens(this.map, readTokens(this), wallScale()), { signal });
  }
}

customElements.define("halong-map", HalongMap);
