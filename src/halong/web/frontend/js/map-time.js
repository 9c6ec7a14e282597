/** The last 24 hours on the plate: a slider whose right end is now. What it shows of the past is said to be so, in words and
    by the frame of the plate; one request brings everything. */
import { clock, dateTime, day, page, words } from "./page.js";
import { element } from "./map-furniture.js";
import { getJson } from "./map-data.js";

const STATES = ["normal", "stale", "dead", "attention", "high", "critical"];
const STEP_MS = 900;

const icons = { play: "M7 4v16l13 -8z", pause: "M6 5h4v14h-4zM14 5h4v14h-4z" };

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "map-time-icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", icons[name]);
  svg.append(path);
  return svg;
}

/** An hour as people say it: 14:00 today, "14:00 yesterday" before. */
function hourWords(date) {
  const now = new Date(Date.now() + (page.skew ?? 0));
  return day(date) === day(now) ? clock(date) : words("yesterday at", { time: clock(date) });
}

class TimeSlider {
  #day = null;
  #measure = "";
  #asked;
  #playing;
  #wanted = 0;

  constructor(host) {
    this.host = host;
    this.play = element("button", { type: "button", className: "map-time-play" });
    this.first = element("span", { className: "map-time-first" });
    this.range = element("input", { type: "range", min: "0", max: "24", value: "24", step: "1", className: "map-time-range" });
    this.range.setAttribute("aria-label", words("hour looked at"));
    this.now = element("button", { type: "button", className: "map-time-now", textContent: words("now") });
    this.box = element("div", { className: "map-time" }, this.play, this.first, this.range, this.now);
    this.box.setAttribute("role", "group");
    this.box.setAttribute("aria-label", words("look back"));
    host.foot.append(this.box);
    this.banner = element("p", { className: "map-banner", hidden: true });
    this.banner.setAttribute("role", "status");
    host.append(this.banner);
    this.range.addEventListener("input", () => this.#chosen());
    this.play.addEventListener("click", () => (this.#playing ? this.pause() : this.start()));
    this.now.addEventListener("click", () => this.goTo(24));
    host.signal.addEventListener("abort", () => this.pause());
    this.#face();
    this.#label();
  }

  /** The hour that is shown, as ISO text; "" is now. */
  get at() {
    return this.host.replaying && this.#day ? this.#day.hours[this.range.value] : "";
  }

  get measure() {
    return this.#day?.measure?.key ?? "";
  }

  /** What a thing measured at the hour that is shown, or null. */
  valuesThen() {
    const index = Number(this.range.value);
    return new Map(Object.entries(this.#day.values).map(([id, values]) => [Number(id), values[index]]));
  }

  /** Every value of the day: all hours share one scale of colours. */
  allValues() {
    return Object.values(this.#day.values).flat().filter((value) => value != null);
  }

  /** Another property colours the plate: its values of the day are wanted, too. */
  async wants(measure) {
    this.#measure = measure;
    if (this.host.replaying) await this.goTo(Number(this.range.value), true);
  }

  async goToTime(iso) {
    if (!(await this.#fetch())) return;
    const index = this.#day.hours.findIndex((hour) => Date.parse(hour) === Date.parse(iso));
    await this.goTo(index < 0 ? 24 : index);
  }

  async goTo(index, again = false) {
    this.range.value = index;
    await this.#show(again);
  }

  start() {
    if (Number(this.range.value) >= 24) this.range.value = 0;
    this.#playing = setInterval(() => {
      if (Number(this.range.value) >= 24) return this.pause();
      this.range.value = Number(this.range.value) + 1;
      this.#show();
    }, STEP_MS);
    this.#face();
    this.#show();
  }

  pause() {
    clearInterval(this.#playing);
    this.#playing = undefined;
    this.#face();
  }

  #chosen() {
    this.pause();
    this.#show();
  }

  #face() {
    const name = this.#playing ? "pause" : "play";
    this.play.replaceChildren(icon(name));
    this.play.setAttribute("aria-label", words(name));
    this.play.title = words(name);
  }

  /** One request at a time: keys pressed meanwhile wait for the same answer. */
  #fetch(again = false) {
    if (this.#day && !again && this.#day.of === this.#measure && Date.now() - this.#day.got < 300_000) return true;
    if (this.#asked?.of !== this.#measure) {
      const asked = (this.#asked = { of: this.#measure });
      asked.answer = this.#ask(this.#measure).finally(() => this.#asked === asked && (this.#asked = undefined));
    }
    return this.#asked.answer;
  }

  async #ask(of) {
    const source = this.host.getAttribute("replay-src");
    try {
      const body = await getJson(of ? `${source}?of=${encodeURIComponent(of)}` : source);
      this.#day = { ...body, hours: body.hours.map((hour) => new Date(hour).toISOString()), of, got: Date.now() };
      return true;
    } catch {
      this.banner.textContent = words("no look back");
      this.banner.hidden = false;
      return false;
    }
  }

  async #show(again = false) {
    const wanted = ++this.#wanted;
    const index = Number(this.range.value);
    if (index >= 24) {
      this.#label();
      this.host.lookBack(null);
    } else {
      if (!(await this.#fetch(again))) return this.pause();
      if (wanted !== this.#wanted) return;
      this.#label();
      this.host.lookBack({ at: new Date(this.#day.hours[index]), then: this.#then(index) });
    }
    this.host.dispatchEvent(new CustomEvent("map:time"));
  }

  /** feature → the same feature as it stood in that hour; one object a state, so that equal hours send nothing. */
  #then(index) {
    const { states } = this.#day;
    const memory = (this.#day.made ??= new Map());
    return (feature) => {
      const state = STATES[states[feature.id]?.[index] ?? 0];
      const { properties } = feature;
      if (properties.state === state && !properties.value) return feature;
      const key = `${feature.id} ${state}`;
      const made = memory.get(key);
      if (made?.geometry === feature.geometry) return made;
      const past = { ...feature, properties: { ...properties, state, value: "" } };
      memory.set(key, past);
      return past;
    };
  }

  #label() {
    const index = Number(this.range.value);
    const hour = this.#day?.hours[index];
    const first = this.#day ? new Date(this.#day.hours[0]) : new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 - 23 * 3_600_000);
    this.first.textContent = hourWords(first);
    const text = hour && index < 24 ? dateTime(new Date(hour)) : words("now");
    this.range.setAttribute("aria-valuetext", text);
    this.now.classList.toggle("is-on", index >= 24);
    this.range.style.setProperty("--done", `${(index / 24) * 100}%`);
    this.banner.hidden = index >= 24 || !hour;
    if (!this.banner.hidden) {
      const back = element("button", { type: "button", className: "btn btn-small", textContent: words("back to now") });
      back.addEventListener("click", () => (this.range.focus(), this.goTo(24)));
      this.banner.replaceChildren(element("b", { textContent: words("looking back", { time: text }) }), back);
    }
  }
}

export function addTime(host) {
  host.time = new TimeSlider(host);
}
