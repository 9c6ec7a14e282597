/** <halong-map>: the quiet plate. See docs/components.md for its attributes.
    Things are small, events loud; status is shape and word before it is colour. Without WebGL a drawing is shown. */
import { layers, readTokens, setTokens, sources } from "./map-style.js";
import { drawSvg } from "./map-svg.js";
import { addChips, addLegend, labelPoints, split } from "./map-furniture.js";
import { addMarks, wallScale } from "./map-marks.js";
import { startPicking } from "./map-pick.js";
import { page, style, words } from "./page.js";

const PROVINCE = [[106.42, 20.68], [108.1, 21.68]];
const BOUNDS = [[104.9, 19.6], [109.5, 22.6]];
const EMPTY = { type: "FeatureCollection", features: [] };
let library;

async function loadLibrary() {
  library ??= (async () => {
    await Promise.all([
      style(page.assets.mapStyle),
      document.fonts.load('400 16px "Be Vietnam Pro"', "aầ"),
      document.fonts.load('600 16px "Be Vietnam Pro"', "aầ"),
    ]);
    const maplibre = await import(page.assets.maplibre);
    maplibre.setWorkerUrl(new URL(page.assets.maplibreWorker, location.href).href);
    return maplibre;
  })();
  return library;
}

const canDraw = () => {
  const canvas = document.createElement("canvas");
  return Boolean(canvas.getContext("webgl2"));
};

async function getJson(url) {
  if (!url) return EMPTY;
  const response = await fetch(url, { headers: { Accept: "application/geo+json, application/json" } });
  if (!response.ok) throw new Error(`${response.status} ${url}`);
  return response.json();
}

class HalongMap extends HTMLElement {
  #map;
  #data = { places: EMPTY, things: EMPTY, events: EMPTY };
  #base;
  #stop = new AbortController();

  async connectedCallback() {
    if (this.dataset.started) return;
    this.dataset.started = "1";
    this.setAttribute("role", "group");
    if (this.getAttribute("label")) this.setAttribute("aria-label", this.getAttribute("label"));
    this.#frame();
    try {
      this.#base = await getJson(page.assets.basemap);
      await this.#load();
      if (!canDraw()) throw new Error("no WebGL");
      await this.#draw(await loadLibrary());
    } catch (error) {
      console.warn("map:", error.message);
      this.#fallback();
    }
    this.#listen();
  }

  disconnectedCallback() {
    this.#stop.abort();
    this.#map?.remove();
  }

  /** Where a position lies on the plate, in pixels. */
  whereIs(position) {
    const { x, y } = this.#map.project(position);
    return [x, y];
  }

  #frame() {
    this.canvas = Object.assign(document.createElement("div"), { className: "map-canvas" });
    this.state = Object.assign(document.createElement("div"), { className: "map-state", textContent: words("map loading") });
    this.prepend(this.canvas, this.state);
  }

  async #load() {
    const names = { places: "places-src", things: "src", events: "events-src" };
    await Promise.all(Object.entries(names).map(async ([key, attribute]) => {
      this.#data[key] = await getJson(this.getAttribute(attribute));
    }));
    this.#data = split(this.#data, this.hasAttribute("events-src"));
  }

  async #draw(maplibre) {
    const padding = this.#padding();
    const map = (this.#map = new maplibre.Map({
      container: this.canvas,
      style: { version: 8, sources: sources(this.#base, this.#data, labelPoints(this.#data.places), !this.hasAttribute("still")), layers: layers(readTokens(this), this.#scale()) },
      bounds: this.#bounds(),
      fitBoundsOptions: { padding },
      maxBounds: BOUNDS,
      maxZoom: 15,
      minZoom: 6,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      attributionControl: false,
      cooperativeGestures: this.hasAttribute("cooperative"),
      interactive: !this.hasAttribute("still"),
      fadeDuration: 0,
      locale: { "NavigationControl.ZoomIn": words("zoom in"), "NavigationControl.ZoomOut": words("zoom out"), "Map.Title": this.getAttribute("label") ?? "", "Popup.Close": words("close") },
    }));
    map.touchZoomRotate?.disableRotation();
    await new Promise((done) => map.once("style.load", done));
    addMarks(map, readTokens(this));
    await new Promise((done) => map.once("load", done));
    this.state.remove();
    if (!this.hasAttribute("still")) {
      map.addControl(new maplibre.NavigationControl({ showCompass: false }), "bottom-right");
      this.#home();
      this.#popups(maplibre);
    }
    if (!this.hasAttribute("still")) addChips(this, this.#data);
    addLegend(this, this.#data);
    this.#chips();
    this.#filter();
    // A plate that grows (a phone turned, a wall resized) keeps the whole province until somebody has moved it.
    let moved = false;
    map.on("movestart", (event) => (moved ||= Boolean(event.originalEvent)));
    new ResizeObserver(() => !moved && map.fitBounds(this.#bounds(), { padding: this.#padding(), duration: 0 })).observe(this);
    if (this.hasAttribute("pick")) startPicking(map, maplibre, this);
    this.dataset.ready = "";
    this.dispatchEvent(new CustomEvent("map:ready"));
  }

  #scale() {
    return wallScale();
  }

  /** Room for what lies over the plate: `pad="56 16 60 16"` (top right bottom left); `beside=".panel"`: a panel that lies over its right side. */
  #padding() {
    const [top = 44, right = 16, bottom = 24, left = 16] = (this.getAttribute("pad") ?? "").split(/\s+/).filter(Boolean).map((text) => Number(text) * this.#scale());
    const beside = this.hasAttribute("beside") && document.querySelector(this.getAttribute("beside"));
    const covered = beside && getComputedStyle(beside).position === "absolute" ? beside.offsetWidth + 12 : 0;
    const fits = this.clientWidth - left - right - covered > 160;
    this.style.setProperty("--map-right", fits ? `${Math.max(0, covered + right - 16)}px` : "0px");
    return fits ? { top, right: right + covered, bottom, left } : 12;
  }

  #bounds() {
    const given = (this.getAttribute("bounds") ?? "").split(",").map(Number);
    return given.length === 4 && given.every(Number.isFinite) ? [[given[0], given[1]], [given[2], given[3]]] : PROVINCE;
  }

  #home() {
    const map = this.#map;
    const button = Object.assign(document.createElement("button"), { type: "button", title: words("whole province"), className: "map-home" });
    button.setAttribute("aria-label", words("whole province"));
    button.append("⌂");
    button.addEventListener("click", () => map.fitBounds(this.#bounds(), { padding: this.#padding() }));
    this.querySelector(".maplibregl-ctrl-group")?.append(button);
  }

  #popups(maplibre) {
    const map = this.#map;
    const clickable = ["things", "events", "things-loud"].filter((id) => map.getLayer(id));
    const show = (feature, lngLat) => new maplibre.Popup({ closeButton: true, maxWidth: "280px", offset: 10 })
      .setLngLat(lngLat).setDOMContent(this.#card(feature.properties)).addTo(map);
    map.on("click", (event) => {
      const [hit] = map.queryRenderedFeatures([[event.point.x - 5, event.point.y - 5], [event.point.x + 5, event.point.y + 5]], { layers: clickable });
      if (hit) return show(hit, hit.geometry.coordinates);
      const [cluster] = map.queryRenderedFeatures(event.point, { layers: ["clusters"] });
      if (cluster) return map.easeTo({ center: cluster.geometry.coordinates, zoom: map.getZoom() + 1.6 });
      const [place] = map.queryRenderedFeatures(event.point, { layers: ["places"] });
      if (place?.properties.href) show(place, event.lngLat);
    });
    for (const layer of [...clickable, "clusters"]) {
      map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
      map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
    }
  }

  #card({ name, state, value, label, href, simulated, kindLabel, place }) {
    const box = Object.assign(document.createElement("div"), { className: "map-card" });
    const add = (tag, text, className = "") => text && box.append(Object.assign(document.createElement(tag), { textContent: text, className }));
    add("b", name ?? label);
    if (state && state !== "normal") add("span", words(`state ${state}`), `badge badge-${state}`);
    add("p", [value, label !== name && label, kindLabel, place].filter(Boolean).join(" · "));
    if (simulated === true || simulated === "true") add("em", words("simulated"), "simulated");
    if (href) box.append(Object.assign(document.createElement("a"), { href, textContent: words("open"), className: "btn btn-small" }));
    return box;
  }

  /** Chips turn layers on and off. A page may bring its own: `<button class="chip" data-layer="alerts">` in the slot. */
  #chips() {
    const chips = this.querySelectorAll("[data-layer]");
    const groups = { events: ["events-halo", "events", "events-label"], things: ["things", "things-loud", "clusters", "cluster-count"], places: ["places", "places-line", "places-approximate", "places-label"] };
    for (const chip of chips) {
      chip.addEventListener("click", () => {
        const on = chip.getAttribute("aria-pressed") !== "true";
        chip.setAttribute("aria-pressed", String(on));
        const kinds = chip.dataset.kinds?.split(/\s+/);
        if (kinds) return this.#filter();
        for (const id of groups[chip.dataset.layer] ?? []) if (this.#map.getLayer(id)) this.#map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
      });
    }
  }

  /** `data-kinds="AirQualityObserved WeatherObserved"` on a chip shows or hides these kinds of things. */
  #filter() {
    const hidden = [...this.querySelectorAll('[data-kinds][aria-pressed="false"]')].flatMap((chip) => chip.dataset.kinds.split(/\s+/));
    const features = this.#data.things.features.filter((f) => !hidden.includes(f.properties.kind));
    this.#map.getSource("things")?.setData({ type: "FeatureCollection", features });
    this.#map.getSource("events")?.setData(this.#data.events); // what is in alarm shows, whatever the layer
  }

  #fallback() {
    this.state.remove();
    this.canvas.replaceChildren(drawSvg(this.#base ?? EMPTY, this.#data, PROVINCE));
    const note = Object.assign(document.createElement("p"), { className: "map-note", textContent: words("map failed") });
    this.append(note);
    this.classList.add("is-drawing");
  }

  #listen() {
    const { signal } = this.#stop;
    const refresh = async () => {
      try {
        await this.#load();
      } catch { return; }
      if (!this.#map) return this.canvas.replaceChildren(drawSvg(this.#base ?? EMPTY, this.#data, PROVINCE));
      this.#map.getSource("places")?.setData(this.#data.places);
      this.#map.getSource("labels")?.setData(labelPoints(this.#data.places));
      this.#filter();
      addLegend(this, this.#data);
    };
    let waiting;
    const soon = () => (waiting ??= setTimeout(() => ((waiting = undefined), refresh()), 1500));
    for (const topic of (this.dataset.live ?? "").split(/[\s,]+/).filter(Boolean)) document.body.addEventListener(`live:${topic}`, soon, { signal });
    document.addEventListener("halong:theme", () => this.#map && setTokens(this.#map, readTokens(this), this.#scale()), { signal });
  }
}

customElements.define("halong-map", HalongMap);
