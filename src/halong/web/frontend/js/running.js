/** Clocks that run: `<time data-running datetime=…>` counts what has passed (1:05:09), "short" in words, "left" what is left
    until then, or by how much it is late. The server wrote the hour, so without scripts the hour stands there. */
import { page, words } from "./page.js";

const two = (n) => String(n).padStart(2, "0");

function exact(seconds) {
  const [d, h, m, s] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const time = `${d ? two(h) : h}:${two(m)}:${two(s)}`;
  return d ? words("days and time", { n: d, time }) : time;
}

function rough(seconds) {
  const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60), days = Math.floor(hours / 24);
  if (minutes < 60) return words("short minutes", { n: minutes });
  if (hours < 24) return words("short hours", { h: hours, m: two(minutes % 60) });
  return words("short days", { d: days, h: hours % 24 });
}

function face(kind, passed) {
  if (kind === "left") return passed > 0 ? words("time late", { time: rough(passed) }) : words("time left", { time: rough(-passed) });
  return kind === "short" ? rough(Math.max(0, passed)) : exact(Math.max(0, passed));
}

function run() {
  const now = Date.now() + (page.skew ?? 0);
  for (const time of document.querySelectorAll("time[data-running]")) {
    const then = Date.parse(time.dateTime);
    if (Number.isNaN(then)) continue;
    const passed = Math.floor((now - then) / 1000), text = face(time.dataset.running, passed);
    if (time.textContent !== text) time.textContent = text;
    if (time.dataset.running === "left") time.classList.toggle("is-late", passed > 0);
  }
}

run();
setInterval(run, 1000);
document.addEventListener("htmx:after:swap", run);
