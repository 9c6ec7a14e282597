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
document.addEventListener("htmx:after:swap", count);
count();
