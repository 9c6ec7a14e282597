/** One stream of "something changed" a page. Elements with data-live="alerts places:17" name their topics; each message
    becomes a `live:<topic>` event on the body (after 0–400 ms, so that a thousand pages don't ask at once), and
    htmx fetches the fragment through the permission-checked view. The browser resumes by Last-Event-ID.
    A lost stream shows within 10 s and is replaced by asking every 30 s until it is back. */
import { page, words } from "./page.js";

const LOST_AFTER = 9_000;
const POLL_EVERY = 30_000;
let source, topics = "", lastHeard = 0, lostSince = 0, poll, watch;

const wanted = () => [...new Set([...document.querySelectorAll("[data-live]")].flatMap((e) => e.dataset.live.split(/[\s,]+/)).filter(Boolean))].sort();

function show(state) {
  for (const element of document.querySelectorAll("[data-live-state]")) {
    if (element.dataset.state === state) continue;
    element.dataset.state = state;
    const word = element.querySelector(".live-word");
    if (word) word.textContent = state === "lost" ? words(document.body.classList.contains("wall") ? "lost" : "connection lost") : "";
  }
  document.documentElement.classList.toggle("is-lost", state === "lost");
}

function tell(topic, detail = {}) {
  setTimeout(() => {
    document.body.dispatchEvent(new CustomEvent(`live:${topic}`, { bubbles: false, detail }));
    const [name, key] = topic.split(":");
    if (key) document.body.dispatchEvent(new CustomEvent(`live:${name}`, { detail: { ...detail, key } }));
  }, Math.random() * 400);
}

/** After an interruption nobody knows what was missed: every topic is asked again. */
function tellAll() {
  for (const topic of new Set(topics.split(",").map((topic) => topic.split(":")[0]))) if (topic) tell(topic, { again: true });
}

function heard() {
  lastHeard = Date.now();
  if (lostSince) {
    lostSince = 0;
    clearInterval(poll);
    poll = undefined;
    tellAll();
  }
  show("on");
}

function lost() {
  if (lostSince) return;
  lostSince = Date.now();
  show("lost");
  poll ??= setInterval(tellAll, POLL_EVERY);
}

function open() {
  source?.close();
  topics = wanted().join(",");
  if (!topics || !page.live) return;
  lastHeard = Date.now();
  source = new EventSource(`${page.live}?topics=${encodeURIComponent(topics)}`);
  source.onopen = heard;
  const receive = (event) => {
    heard();
    if (!event.data) return;
    try {
      const message = JSON.parse(event.data);
      if (message.topic) tell(message.id ? `${message.topic}:${message.id}` : message.topic, message);
    } catch { /* a comment or a keep-alive */ }
  };
  for (const name of ["message", "change", "touch"]) source.addEventListener(name, receive);
  for (const name of ["ping", "beat", "hello"]) source.addEventListener(name, heard);
  // A refused stream (signed out, too many) closes for good: try again, slowly.
  source.onerror = () => source.readyState === EventSource.CLOSED && setTimeout(open, 15_000 + Math.random() * 5000);
}

function look() {
  if (!source) return;
  const silent = source.readyState !== EventSource.OPEN && Date.now() - lastHeard > LOST_AFTER;
  if (silent || !navigator.onLine) lost();
}

export function startLive() {
  open();
  watch ??= setInterval(look, 1000);
  addEventListener("offline", lost);
  document.addEventListener("htmx:after:swap", () => wanted().join(",") !== topics && open());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && source?.readyState === EventSource.CLOSED) open();
  });
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && open());
}
