/** Ages grow while a page is open. `<time data-age datetime=… data-max-age=seconds>`: past its maximum, the value that
    it dates (the nearest [data-ages] or <halong-value>) is hatched, so that an old value never looks fresh. */
import { clock, dateTime, dayMonth, longDay, page, words } from "./page.js";

function text(then, now) {
  const seconds = Math.max(0, Math.round((now - then) / 1000));
  if (seconds < 60) return words("updated at", { time: clock(then, true) });
  if (seconds < 3600) return words("minutes ago", { n: Math.floor(seconds / 60) });
  if (seconds < 86400) return words("hours ago", { n: Math.floor(seconds / 3600) });
  return dateTime(then);
}

const faces = {
  short: (now) => clock(now),
  day: (now) => longDay(now),
  full: (now) => `${clock(now, true)} · ${dayMonth(now)}`,
};

function grow(time, now) {
  const then = new Date(time.dateTime);
  if (Number.isNaN(then.valueOf())) return;
  const label = time.querySelector(".age-text") ?? time;
  if (time.dataset.age !== "clock") {
    const next = text(then, now);
    if (label.textContent !== next) label.textContent = next;
  }
  const limit = Number(time.dataset.maxAge);
  if (!limit) return;
  const stale = now - then > limit * 1000;
  time.classList.toggle("is-stale", stale);
  const host = time.closest("halong-value, [data-ages]");
  if (host?.localName === "halong-value") host.toggleAttribute("stale", stale);
  else host?.classList.toggle("is-stale", stale);
}

export function growAll(root = document) {
  const now = Date.now() + (page.skew ?? 0);
  for (const time of root.querySelectorAll("time[data-age]")) grow(time, now);
}

/** A value with its unit and age: it ages by itself and says so to screen readers only when it turns stale. */
class HalongValue extends HTMLElement {
  connectedCallback() {
    growAll(this);
  }
}

export function startAgeing() {
  // A page that was kept for times without network says an old "now": the clock of the device is the better one.
  if (page.now && !document.documentElement.dataset.kept) page.skew = Date.parse(page.now) - performance.timeOrigin - (performance.getEntriesByType("navigation")[0]?.responseStart ?? 0);
  if (Math.abs(page.skew ?? 0) < 2000) page.skew = 0;
  customElements.define("halong-value", HalongValue);
  growAll();
  setInterval(growAll, 10_000);
  const clocks = () => {
    const now = new Date(Date.now() + (page.skew ?? 0));
    for (const element of document.querySelectorAll("[data-clock]")) {
      const text = faces[element.dataset.clock || "full"](now);
      if (element.textContent !== text) element.textContent = text;
    }
  };
  clocks();
  setInterval(clocks, 1000);
}
