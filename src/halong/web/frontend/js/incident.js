/** The room of an incident: naming people with "@", photographs of notes made smaller before they are sent, others' ticks.
    All by delegation, since pieces of the page are swapped. */
import { headOf, smaller } from "./report-exif.js";
import { words } from "./page.js";

const MOST = 6;
const make = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

/** The word that begins with "@" before the caret: {at, q}, or null. */
function naming(field) {
  const before = field.value.slice(0, field.selectionStart);
  const found = /(?:^|\s)@([^\s@][^@\n]{0,40})?$/u.exec(before);
  return found && { at: before.lastIndexOf("@"), q: found[1] ?? "" };
}

let asked = 0, waiting;

async function offer(field) {
  const form = field.closest("form"), list = form.querySelector("[role=listbox]"), here = naming(field);
  if (!here || here.q.split(/\s+/).length > 5) return close(list);
  const mine = ++asked;
  const response = await fetch(`${form.dataset.people}?q=${encodeURIComponent(here.q)}`).catch(() => null);
  if (!response?.ok || mine !== asked) return;
  const { people } = await response.json();
  list.replaceChildren(...people.map((person, n) => {
    const item = make("li", { id: `mention-${n}` }, make("b", { textContent: person.name }), make("small", { textContent: person.title }));
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(n === 0));
    Object.assign(item.dataset, { person: person.id, name: person.name });
    return item;
  }));
  list.hidden = people.length === 0;
  field.setAttribute("aria-expanded", String(!list.hidden));
  if (people.length) field.setAttribute("aria-activedescendant", "mention-0");
}

function close(list) {
  if (!list || list.hidden) return;
  list.hidden = true;
  const field = list.closest("form").querySelector("[data-mentions]");
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

function choose(field, item) {
  const here = naming(field), form = field.closest("form");
  if (!here) return;
  const before = field.value.slice(0, here.at), after = field.value.slice(field.selectionStart), said = `@${item.dataset.name} `;
  field.value = before + said + after;
  field.selectionStart = field.selectionEnd = before.length + said.length;
  form.append(make("input", { type: "hidden", name: "mentions", value: item.dataset.person }));
  close(item.parentElement);
  field.focus();
}

function keys(event) {
  const field = event.target;
  if (!field.matches?.("[data-mentions]")) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    return field.form.requestSubmit();
  }
  const list = field.form.querySelector("[role=listbox]");
  if (!list || list.hidden) return;
  const items = [...list.children], at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    const next = (at + step + items.length) % items.length;
    items.forEach((item, n) => item.setAttribute("aria-selected", String(n === next)));
    field.setAttribute("aria-activedescendant", items[next].id);
  } else if (event.key === "Enter" || event.key === "Tab") {
    event.preventDefault();
    choose(field, items[Math.max(0, at)]);
  } else if (event.key === "Escape") {
    event.preventDefault();
    close(list);
  }
}

/** The photographs as they are sent: drawn smaller they are files again, as the field needs them. */
const prepared = (files) => Promise.all(files.map(async (file) => {
  const drawn = await smaller(file, await headOf(file));
  return drawn === file ? file : new File([drawn], "photo.jpg", { type: "image/jpeg" });
}));

const kept = new WeakMap();

async function photos(input) {
  const before = kept.get(input) ?? [], added = await prepared([...input.files]);
  set(input, [...before, ...added].slice(0, MOST));
}

function set(input, files) {
  const carried = new DataTransfer();
  for (const file of files) carried.items.add(file);
  input.files = carried.files;
  kept.set(input, files);
  const shown = input.form.querySelector("[data-note-shown]");
  for (const image of shown.querySelectorAll("img")) URL.revokeObjectURL(image.src);
  shown.hidden = files.length === 0;
  shown.replaceChildren(...files.map((file, n) => {
    const image = make("img", { src: URL.createObjectURL(file), alt: "" });
    image.addEventListener("error", () => image.replaceWith(make("span", { textContent: file.name })));
    const button = make("button", { type: "button", textContent: "×" });
    button.setAttribute("aria-label", words("take photo out", { n: n + 1 }));
    button.addEventListener("click", () => set(input, files.filter((one) => one !== file)));
    return make("span", { className: "inc-note-photo" }, image, button);
  }));
}

/** A tick that another person made or took away shows here, too, although this one was clicked before: what the server
    says counts as soon as it says something else than was last known, be that its own word or a click here (two changes
    may come as one). */
const ticks = new WeakMap(), sending = new WeakSet();
/** Questions are numbered as they are asked: what was asked before a click was kept knows nothing of it. */
const numbers = new WeakMap(), keptAt = new WeakMap();
let questions = 0;

/** `number`: of the question whose answer is there now; none when this begins. */
function follow(number) {
  for (const box of document.querySelectorAll("input[data-kept]")) {
    if (!ticks.has(box)) ticks.set(box, box.checked); // perhaps it was clicked before this ran
    if (number === undefined || sending.has(box) || number <= keptAt.get(box)) continue;
    const said = box.defaultChecked;
    if (ticks.get(box) !== said) box.checked = said;
    ticks.set(box, said);
  }
}

document.addEventListener("htmx:before:request", ({ detail }) => numbers.set(detail.ctx, ++questions));
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx?.text?.includes("data-kept")) follow(numbers.get(ctx) ?? 0); // 0: asked before this ran
});
follow();
for (const input of document.querySelectorAll("[data-note-photos]")) if (input.files.length) photos(input); // chosen before this ran

document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("[data-mentions]")) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => offer(target), 120);
});
document.addEventListener("keydown", keys);
document.addEventListener("change", ({ target }) => {
  if (target.matches?.("[data-note-photos]")) photos(target);
  else if (target.matches?.("input[data-kept]")) {
    ticks.set(target, target.checked);
    sending.add(target);
  }
});
/** Once a click is kept the room is asked anew. */
document.addEventListener("htmx:finally:request", ({ target }) => {
  if (!sending.delete(target)) return;
  keptAt.set(target, questions);
  document.body.dispatchEvent(new CustomEvent(`live:${document.querySelector("[data-incident]").dataset.live}`));
});
document.addEventListener("click", (event) => {
  if (event.target.matches?.("[data-mentions]")) return event.target.focus();
  const item = event.target.closest?.("[role=listbox] [data-person]");
  if (item) choose(item.closest("form").querySelector("[data-mentions]"), item);
  else for (const list of document.querySelectorAll("[data-note] [role=listbox]")) close(list);
});
// Ctrl+V of a screenshot puts it to the photographs.
document.addEventListener("paste", (event) => {
  const form = event.target.closest?.("[data-note]"), files = [...(event.clipboardData?.files ?? [])].filter(({ type }) => type.startsWith("image/"));
  const input = form?.querySelector("[data-note-photos]");
  if (!input || !files.length) return;
  event.preventDefault();
  prepared(files).then((added) => set(input, [...(kept.get(input) ?? []), ...added].slice(0, MOST)));
});
