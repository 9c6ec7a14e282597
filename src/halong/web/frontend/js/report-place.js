/** Where it is: by the phone, by the photo, by a pin, or by the choice of a unit. The server names the unit. */
import { number } from "./page.js";
import { fault, say } from "./report-words.js";

const GOOD_M = 1500; // a position less sure than this names no unit

export class Where {
  #form;
  #fields;
  #asked = 0;

  constructor(form, changed) {
    this.#form = form;
    this.changed = changed;
    this.#fields = Object.fromEntries(["lon", "lat", "accuracy_m", "located", "place", "address"].map((name) => [name, form.elements[name]]));
    form.querySelector("[data-locate]").addEventListener("click", () => this.locate(true));
    form.querySelector("[data-map-open]").addEventListener("click", (event) => this.#openMap(event.currentTarget));
    for (const name of ["lon", "lat"]) this.#fields[name].addEventListener("change", () => this.#pinned());
    this.#fields.place.addEventListener("change", () => this.#chosen());
  }

  get known() {
    return Boolean(this.#fields.place.value || (this.#fields.lon.value && this.#fields.lat.value)) && !this.outside;
  }

  get point() {
    const { lon, lat } = this.#fields;
    return lon.value && lat.value ? { lon: Number(lon.value), lat: Number(lat.value) } : {};
  }

  /** Asks the phone, unless something better is known already. */
  locate(again = false) {
    if (!navigator.geolocation) { this.#unknown(); return; }
    if (again) { this.#fields.place.value = ""; this.#set({ lon: "", lat: "", located: "" }); }
    this.#show(say("finding"), "");
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      if (!again && this.known) return;
      this.#set({ lon: coords.longitude.toFixed(6), lat: coords.latitude.toFixed(6), located: "gps", accuracy_m: Math.round(coords.accuracy) });
      if (coords.accuracy > GOOD_M) this.#correct();
    }, () => { if (!this.known) this.#unknown(); }, { enableHighAccuracy: true, timeout: 12_000, maximumAge: 30_000 });
  }

  /** Where a photo was taken counts more than where the phone is now: one may send it from home. */
  byPhoto({ lon, lat }) {
    if (["pin", "unit"].includes(this.#fields.located.value) && this.known) return;
    this.#set({ lon: lon.toFixed(6), lat: lat.toFixed(6), located: "photo", accuracy_m: "" });
  }

  /** Shows again what a draft has kept. */
  restore() {
    if (this.known) this.#name();
  }

  check() {
    const error = this.#form.querySelector("[data-place-error]");
    fault(error, this.known ? "" : say(this.outside ? "outside" : "need place"));
    if (!this.known) this.#correct();
    return this.known;
  }

  #set(values) {
    for (const [name, value] of Object.entries(values)) this.#fields[name].value = value;
    // The pin on the map follows; "change" is what the pin itself says.
    this.#fields.lon.dispatchEvent(new Event("input", { bubbles: true }));
    if (values.lon) this.#name();
  }

  #pinned() {
    this.#fields.located.value = "pin";
    this.#fields.accuracy_m.value = "";
    this.#fields.place.value = "";
    this.#name();
  }

  #chosen() {
    if (!this.#fields.place.value) { this.#name(); return; }
    for (const name of ["lon", "lat", "accuracy_m"]) this.#fields[name].value = "";
    this.#fields.located.value = "unit";
    this.outside = false;
    this.#show(this.#fields.place.selectedOptions[0].textContent, "");
    fault(this.#form.querySelector("[data-place-error]"), "");
    this.changed();
  }

  #unknown() {
    this.#show(say("no gps"), "");
    this.#correct();
  }

  #correct() {
    this.#form.querySelector("[data-correct]").open = true;
  }

  async #name() {
    const { located, accuracy_m: accuracy } = this.#fields, asked = (this.#asked += 1);
    const how = located.value === "gps" ? say("found by gps", { m: number(Number(accuracy.value), 0) }) : located.value === "unit" ? "" : say(`found by ${located.value || "pin"}`);
    if (located.value === "unit" && this.#fields.place.value) { this.#show(this.#fields.place.selectedOptions[0].textContent, ""); return; }
    this.outside = false;
    this.#show(say("finding"), how);
    try {
      const response = await fetch("/c/api/check", { method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" }, body: JSON.stringify(this.point) });
      if (!response.ok) throw new Error(String(response.status));
      const found = await response.json();
      if (asked !== this.#asked) return;
      this.outside = found.outside;
      this.#show(found.outside ? say("outside") : found.place?.name ?? say("offline place"), how);
      if (found.outside) this.#correct();
      else fault(this.#form.querySelector("[data-place-error]"), "");
    } catch {
      if (asked === this.#asked) this.#show(say("offline place"), how);
    }
    this.changed();
  }

  #show(name, how) {
    const box = this.#form.querySelector("[data-place]");
    box.hidden = false;
    box.querySelector("[data-place-name]").textContent = name;
    box.querySelector("[data-place-how]").textContent = how;
  }

  #openMap(button) {
    const box = this.#form.querySelector("[data-map]");
    if (!box.firstElementChild) box.append(this.#form.querySelector("[data-map-template]").content.cloneNode(true));
    box.hidden = !box.hidden;
    button.setAttribute("aria-expanded", String(!box.hidden));
    if (!box.hidden) import("./map.js");
  }
}
