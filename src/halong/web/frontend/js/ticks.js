/** Rows that are ticked: how many, a whole span with Shift, and buttons that wait until something is.
    `[data-ticks="form id"]` holds the checkboxes, `[data-ticks-bar]` the buttons. */
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
document.addEventListener("keydown", (event) => {
  if (event.key !== "x" || event.ctrlKey || event.altKey || event.metaKey || event.target.matches?.('input:not([type="checkbox"]), textarea, select')) return;
  const box = event.target.closest?.("[data-ticks] tr, [data-ticks] li")?.querySelector("input[data-tick]");
  if (box) box.click();
});
/** J and K go through the rows (the arrows, too, once one has the focus), so that X and Enter do what they are for. */
const MOVES = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 };
const isOff = () => localStorage.getItem("halong-keys") === "off";
document.addEventListener("keydown", (event) => {
  const step = MOVES[event.key], root = document.querySelector("[data-ticks]");
  if (!step || !root || event.ctrlKey || event.altKey || event.metaKey || isOff() || document.querySelector("dialog[open]")) return;
  if (event.target.matches?.('input:not([type="checkbox"]), textarea, select') || event.target.closest?.("[role=menu], [role=listbox]")) return;
  const rows = [...root.querySelectorAll("tbody > tr")], at = rows.indexOf(event.target.closest?.("tr"));
  if (event.key.startsWith("Arrow") && at < 0) return;
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
  if (!next) return;
  event.preventDefault();
  next.querySelector("input[data-tick], a, summary")?.focus();
});
document.addEventListener("htmx:after:swap", count);
count();
