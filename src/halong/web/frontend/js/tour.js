/** A guided tour: one card beside one thing of the page at a time. Arrow keys and Enter move, Escape leaves; the page beneath
    stays as it is. Steps come from the server as data; how far one came is kept there, or here for those without an account. */
import { page } from "./page.js";

const KEY = "halong-tour";
const GAP = 12;
let shown = null;

const kept = () => JSON.parse(sessionStorage.getItem(KEY) ?? "null");
const keep = (state) => (state ? sessionStorage.setItem(KEY, JSON.stringify(state)) : sessionStorage.removeItem(KEY));

/** Starts a tour anew where it was left, or goes on with the one that led to this page. Whoever is elsewhere by now (he went
    on by himself, or has to sign in first) isn't taken back: the tour can be asked for again. */
export async function startTour(key, at = null) {
  const answer = await fetch(`/tours/${key}.json`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const tour = await answer.json();
  if (at !== null) {
    const page = tour.steps[at]?.page;
    return page && page !== location.pathname ? keep(null) : go({ key, ...tour }, at);
  }
  go({ key, ...tour }, tour.step < tour.steps.length - 1 ? tour.step : 0);
}

export function resumeTour() {
  const state = kept();
  if (state) startTour(state.key, state.step);
}

function go(tour, number) {
  const step = tour.steps[number];
  if (!step) return;
  if (step.page && location.pathname !== step.page) {
    keep({ key: tour.key, step: number });
    location.assign(step.page);
    return;
  }
  keep({ key: tour.key, step: number });
  remember(tour, number, false);
  draw(tour, number, step);
}

/** The first thing of the page that a step means and that can be seen. */
function target(step) {
  if (!step.at) return null;
  for (const found of document.querySelectorAll(step.at)) {
    const box = found.getBoundingClientRect();
    if (box.width && box.height) return found;
  }
  return null;
}

function draw(tour, number, step) {
  end();
  const hole = Object.assign(document.createElement("div"), { className: "tour-hole" });
  const card = Object.assign(document.createElement("section"), { className: "tour-card" });
  card.setAttribute("role", "dialog");
  card.setAttribute("aria-labelledby", "tour-title");
  card.tabIndex = -1;
  const text = (name, words, id) => Object.assign(document.createElement(name), { textContent: words, ...(id && { id }) });
  const buttons = Object.assign(document.createElement("div"), { className: "tour-buttons" });
  const button = (words, act, kind = "") => {
    const made = Object.assign(document.createElement("button"), { type: "button", className: `btn btn-small ${kind}`, textContent: words });
    made.addEventListener("click", act);
    buttons.append(made);
    return made;
  };
  const last = number === tour.steps.length - 1;
  button(tour.words.leave, () => leave(tour, number), "btn-quiet");
  if (number > 0) button(tour.words.back, () => go(tour, number - 1));
  const on = button(last ? tour.words.done : tour.words.next, () => (last ? leave(tour, number) : go(tour, number + 1)), "btn-primary");
  const count = tour.words.of.replace("{n}", number + 1).replace("{of}", tour.steps.length);
  card.append(text("small", `${tour.name} · ${count}`), text("h2", step.title, "tour-title"), text("p", step.text), buttons);
  document.body.append(hole, card);
  const found = target(step);
  found?.scrollIntoView({ block: "nearest", inline: "nearest" });
  const place = () => put(hole, card, found);
  const keys = (event) => {
    if (event.key === "Escape") leave(tour, number);
    else if (event.key === "ArrowRight" && !last) go(tour, number + 1);
    else if (event.key === "ArrowLeft" && number > 0) go(tour, number - 1);
    else if (event.key === "Tab") turn(card, event);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener("resize", place);
  addEventListener("scroll", place, true);
  document.addEventListener("keydown", keys, true);
  shown = { hole, card, stop: () => (removeEventListener("resize", place), removeEventListener("scroll", place, true), document.removeEventListener("keydown", keys, true)) };
  place();
  on.focus({ preventScroll: true });
}

/** Tab stays within the card. */
function turn(card, event) {
  const all = [...card.querySelectorAll("button")];
  const here = all.indexOf(document.activeElement);
  all[(here + (event.shiftKey ? all.length - 1 : 1)) % all.length].focus();
}

function put(hole, card, found) {
  const box = found?.getBoundingClientRect();
  const wide = innerWidth - card.offsetWidth - GAP, high = innerHeight - card.offsetHeight - GAP;
  const whole = !box || (box.width > innerWidth * 0.7 && box.height > innerHeight * 0.6);
  hole.toggleAttribute("data-none", whole);
  if (whole) {
    hole.removeAttribute("style");
    card.style.left = `${Math.max(GAP, wide / 2)}px`;
    card.style.top = `${Math.max(GAP, high / 2)}px`;
    return;
  }
  Object.assign(hole.style, { left: `${box.left - 4}px`, top: `${box.top - 4}px`, width: `${box.width + 8}px`, height: `${box.height + 8}px` });
  const below = box.bottom + GAP, above = box.top - card.offsetHeight - GAP, beside = box.right + GAP;
  const narrow = box.width < innerWidth / 3 && box.height > innerHeight / 3;
  const top = narrow ? box.top : below <= high ? below : above >= GAP ? above : high;
  const left = narrow || (below > high && above < GAP) ? beside : box.left;
  card.style.left = `${Math.min(Math.max(GAP, left), Math.max(GAP, wide))}px`;
  card.style.top = `${Math.min(Math.max(GAP, top), Math.max(GAP, high))}px`;
}

function leave(tour, number) {
  end();
  keep(null);
  remember(tour, number, true);
  document.querySelector(".tour-fresh")?.remove();
  document.querySelector("#tours summary, [data-tour]")?.focus({ preventScroll: true });
}

function end() {
  shown?.stop();
  shown?.hole.remove();
  shown?.card.remove();
  shown = null;
}

function remember(tour, number, over) {
  if (!page.user) {
    if (over) localStorage.setItem(`${KEY}-${tour.key}`, "1");
    return;
  }
  const token = document.querySelector('meta[name="csrf-token"]')?.content ?? "";
  const body = new URLSearchParams({ step: number, over: over ? "1" : "0" });
  fetch(`/tours/${tour.key}`, { method: "POST", body, headers: { "X-CSRFToken": token }, keepalive: true }).catch(() => {});
}
