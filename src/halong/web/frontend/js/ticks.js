/** Rows that are ticked: how many, a whole span with Shift, and buttons that wait until something is.
    `[data-ticks="form id"]` holds the checkboxes, `[data-ticks-bar]` the buttons. */
import { isOn, isTyping, MOVES } from "./keys.js";

const boxesOf = (root) => [...root.querySelectorAll('input[type="checkbox"][data-tick]')];
let last;

function count() {
  for (const root of document.querySelectorAll("[data-ticks]")) {
    const ticked = boxesOf(root).filter((box) => box.checked);
    const rows = ticked.reduce((sum, box) => sum + box.value.split(",").length, 0);
    for (const bar of root.querySelectorAll("[data-ticks-bar]")) {
      bar.classList.toggle("is-empty", !rows);
      for (const number of bar.querySelectorAll("[data-ticks-count]")) number.textContent = rows || "";
      for (const button of bar.querySelectorAll("button")) button.disabled = !rows;
    }
  }
}

document.addEventListener("click", (event) => {
  const box = event.target;
  if (!box.matches?.('input[type="checkbox"][data-tick]')) return;
  const boxes = boxesOf(box.closest("[data-ticks]")), [from, to] = [boxes.indexOf(last), boxes.indexOf(box)];
  if (event.shiftKey && from >= 0) for (const other of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) other.checked = box.checked;
  last = box;
  count();
});
/** X ticks the row that has the focus; J and K go through the rows (the arrows, too, once one has the focus). */
document.addEventListener("keydown", (event) => {
  const root = document.querySelector("[data-ticks]"), step = MOVES[event.key];
  if (!root || !isOn() || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const row = event.target.closest?.("[data-ticks] tr");
  if (event.key === "x") return row?.querySelector("input[data-tick]")?.click();
  if (!step || event.target.closest?.("[role=menu], [role=listbox]") || (event.key.startsWith("Arrow") && !row)) return;
  const rows = [...root.querySelectorAll("tbody > tr")], at = rows.indexOf(row);
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
  if (!next) return;
  event.preventDefault();
  next.querySelector("input[data-tick], a, summary")?.focus();
});
document.addEventListener("htmx:after:swap", count);
count();
