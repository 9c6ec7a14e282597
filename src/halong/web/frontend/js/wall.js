/** The wall, for weeks on end. Messages of the live stream make tiles due; due tiles of the page that is shown are fetched
    together, at most one request at a time, and replaced where they differ. Every half minute everything shown is
    asked again, so that a lost message heals. Pages turn by themselves; a critical alert stops them.
    Nothing here grows: one listener a topic, one timer of each kind, one string a tile. */
import { page } from "./page.js";

const ANEW_MS = 30_000;
const SETTLED_MS = 3_000;
const TIMEOUT_MS = 20_000;
const RELOAD_WITHIN_MS = 15_000;

class Wall {
  #host;
  #pages;
  #tiles = [];
  #shown = 0;
  #turned = 0; // when the page was shown
  #busy = false;
  #timer;
  #reloading = false;
  #again = false; // whether the page itself (alert, version) is to be asked
  #critical;
  #place = 0; // how often tiles have gone to their next place

  constructor(host) {
    this.#host = host;
    this.#pages = [...host.querySelectorAll(".wall-page")];
    this.#pages.forEach((section, number) => {
      for (const element of section.querySelectorAll("[data-tile]")) {
        const topics = (element.dataset.live ?? "").split(/\s+/).filter(Boolean);
        this.#tiles.push({ element, number, key: element.dataset.tile, topics, wait: Number(element.dataset.wait) * 1000, turns: "turns" in element.dataset, due: false, asked: performance.now(), html: element.innerHTML.trim() });
      }
    });
    this.#critical = document.querySelector("[data-wall-critical]");
    this.#listen();
    this.#show(0);
    setInterval(() => this.#tick(), 1000);
    setInterval(() => this.#anew(), ANEW_MS);
    setTimeout(() => this.#anew(), SETTLED_MS); // what changed while the page and its stream were opening
    host.dataset.ready = "";
  }

  #listen() {
    const topics = new Set(["alerts", "walls", ...this.#tiles.flatMap((tile) => tile.topics)]);
    for (const topic of topics) {
      document.body.addEventListener(`live:${topic}`, () => {
        for (const tile of this.#tiles) if (tile.topics.includes(topic)) tile.due = true;
        if (topic === "alerts" || topic === "walls") this.#again = true;
        this.#soon();
      });
    }
    addEventListener("keydown", (event) => {
      if (event.key === "ArrowRight") this.#show(this.#shown + 1);
      if (event.key === "ArrowLeft") this.#show(this.#shown - 1);
    });
    addEventListener("online", () => this.#anew());
  }

  get #held() {
    return Boolean(this.#critical?.textContent.trim());
  }

  #show(next) {
    this.#shown = (next + this.#pages.length) % this.#pages.length;
    this.#turned = performance.now();
    this.#pages.forEach((section, number) => section.classList.toggle("is-shown", number === this.#shown));
    document.querySelectorAll(".wall-dots > *").forEach((dot, number) => dot.classList.toggle("is-shown", number === this.#shown));
    this.#soon();
  }

  /** A critical alert is looked at on a page that lists alerts, if there is one; there the wall stays. */
  #hold() {
    const listing = this.#tiles.find((tile) => tile.element.dataset.kind === "alerts");
    if (listing && !this.#tiles.some((tile) => tile.number === this.#shown && tile.element.dataset.kind === "alerts")) this.#show(listing.number);
  }

  #tick() {
    const stay = Number(this.#pages[this.#shown].dataset.seconds) * 1000;
    if (this.#pages.length > 1 && !this.#held && performance.now() - this.#turned >= stay) this.#show(this.#shown + 1);
    const place = Math.floor((Date.now() + (page.skew ?? 0)) / 1000 / Number(this.#host.dataset.turn));
    if (place !== this.#place && this.#place) {
      for (const tile of this.#tiles) if (tile.turns) tile.due = true;
      this.#soon(700); // the server's clock may lag ours by what the network takes
    }
    this.#place = place;
  }

  #anew() {
    for (const tile of this.#tiles) tile.due = true;
    this.#again = true;
    this.#soon();
  }

  /** Fetch when the first due tile of this page may be fetched again. */
  #soon(delay = 0) {
    if (this.#busy) return; // what is due by then is looked at after the answer
    const now = performance.now();
    const waits = this.#tiles.filter((tile) => tile.due && tile.number === this.#shown).map((tile) => Math.max(delay, tile.asked + tile.wait - now));
    if (this.#again) waits.push(delay);
    if (!waits.length) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fetch(), Math.max(0, Math.min(...waits)));
  }

  async #fetch() {
    const now = performance.now();
    const wanted = this.#tiles.filter((tile) => tile.due && tile.number === this.#shown && tile.asked + tile.wait <= now + 50);
    this.#busy = true;
    this.#again = false;
    for (const tile of wanted) {
      tile.due = false;
      tile.asked = now;
    }
    const stop = new AbortController(), patience = setTimeout(() => stop.abort(), TIMEOUT_MS);
    try {
      const address = new URL(this.#host.dataset.wall, location.href);
      address.searchParams.set("tiles", wanted.map((tile) => tile.key).join(","));
      const answer = await fetch(address, { signal: stop.signal, headers: { Accept: "application/json" } });
      if (answer.status === 403 || answer.redirected) this.#reload(); // closed, or signed out: what it shows is no longer its to show
      else if (answer.ok) this.#take(await answer.json(), wanted);
      else throw new Error(String(answer.status));
    } catch {
      for (const tile of wanted) tile.due = true; // asked again with the next message, or in half a minute
      return;
    } finally {
      clearTimeout(patience);
      this.#busy = false;
    }
    this.#soon();
  }

  #take(answer, wanted) {
    const skew = Date.parse(answer.now) - Date.now();
    page.skew = Math.abs(skew) < 2000 ? 0 : skew;
    for (const tile of wanted) {
      const html = answer.tiles[tile.key];
      if (html === undefined || html === tile.html) continue;
      tile.html = html;
      tile.element.innerHTML = html;
      tile.element.dispatchEvent(new CustomEvent("htmx:after:swap", { bubbles: true }));
    }
    const before = this.#held;
    if (this.#critical && this.#critical.dataset.html !== answer.critical) {
      this.#critical.dataset.html = answer.critical;
      this.#critical.innerHTML = answer.critical;
    }
    if (this.#held && !before) this.#hold();
    if (answer.build !== this.#host.dataset.build || answer.version !== this.#host.dataset.version) this.#reload();
  }

  /** Load the page anew, but only once the server is known to answer: a browser's error page never heals. */
  #reload() {
    if (this.#reloading) return;
    this.#reloading = true;
    setTimeout(async () => {
      try {
        const answer = await fetch(location.href, { method: "HEAD", signal: AbortSignal.timeout(TIMEOUT_MS) });
        if (answer.status < 500) return location.reload();
      } catch { /* not yet */ }
      this.#reloading = false;
    }, Math.random() * RELOAD_WITHIN_MS);
  }
}

/** A screen that nobody touches must not go to sleep; browsers allow that on secure addresses only. */
const stayAwake = () => navigator.wakeLock?.request("screen").catch(() => {});
stayAwake();
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && stayAwake());

document.querySelectorAll("[data-wall]").forEach((host) => new Wall(host));
