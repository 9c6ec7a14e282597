/** One stream of "something changed" a page. Elements with data-live="alerts places:17" name their topics; each message
    becomes a `live:<topic>` event on the body (after as much as the message says, at most 400 ms, so that a thousand pages
    don't ask at once), and htmx fetches the fragment through the permission-checked view. The stream begins where the page was made, so that
    nothing is missed between; the browser resumes by Last-Event-ID.
    A lost stream shows within 10 s and is replaced by asking every 30 s until it is back. */
import { page, words } from "./page.js";

const LOST_AFTER = 9_000;
const POLL_EVERY = 30_000;
let source, poll, topics = "", since = page.since ?? "", lastHeard = 0, opened = false, isLost = false;

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

const SPREAD = 400, WALLS = 40; // ms; the few walls needn't wait
const spread = (most = SPREAD) => (document.body.classList.contains("wall") ? Math.min(most, WALLS) : most);

function tell(topic, detail = {}) {
  setTimeout(() => {
    document.body.dispatchEvent(new CustomEvent(`live:${topic}`, { bubbles: false, detail }));
    const [name, key] = topic.split(":");
    if (key) document.body.dispatchEvent(new CustomEvent(`live:${name}`, { detail: { ...detail, key } }));
  }, Math.random() * spread(detail.spread));
}

/** After an interruption nobody knows what was missed: every topic is asked again. */
function tellAll() {
  for (const topic of topics.split(",")) if (topic) tell(topic, { again: true });
}

function heard({ lastEventId } = {}) {
  if (lastEventId) since = lastEventId;
  lastHeard = Date.now();
  opened = true;
  clearInterval(poll);
  poll = undefined;
  if (isLost) tellAll();
  isLost = false;
  show("on");
}

const ask = () => (poll ??= setInterval(tellAll, POLL_EVERY));

function lost() {
  if (isLost) return;
  isLost = true;
  show("lost");
  ask();
}

function receive(event) {
  heard(event);
  try {
    const message = JSON.parse(event.data);
    if (message.topic) tell(message.id ? `${message.topic}:${message.id}` : message.topic, message);
  } catch { /* nothing that this page understands */ }
}

function open() {
  source?.close();
  topics = wanted().join(",");
  if (!topics || !page.live) return;
  lastHeard = Date.now();
  source = new EventSource(`${page.live}?${new URLSearchParams({ topics, ...(since && { since }) })}`);
  source.onopen = heard;
  source.onmessage = receive;
  for (const name of ["hello", "beat"]) source.addEventListener(name, heard);
  source.onerror = () => {
    if (source.readyState !== EventSource.CLOSED) return;
    // Refused: too many streams, signed out, or a proxy without its server. The browser won't try again; this does.
    setTimeout(open, 10_000 + Math.random() * 5000);
    if (!opened) ask();
  };
}

/** Every second: the server beats every 4 s, so a longer silence is a dead line, whatever the browser thinks of it. */
function look() {
  if (!source || (!opened && source.readyState === EventSource.CLOSED)) return;
  const silent = Date.now() - lastHeard;
  if (silent > LOST_AFTER || !navigator.onLine) lost();
  if (silent > 3 * LOST_AFTER && source.readyState === EventSource.OPEN) open();
}

export function startLive() {
  open();
  setInterval(look, 1000);
  addEventListener("offline", lost);
  document.addEventListener("htmx:after:swap", () => wanted().join(",") !== topics && open());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && (source?.readyState === EventSource.CLOSED || isLost)) open();
  });
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && open());
}
