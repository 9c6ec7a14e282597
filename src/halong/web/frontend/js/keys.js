/** One-letter keys of a screen.
    Keys: inside of `[data-keys]`, a key presses what carries `data-key`; J/K and the arrows go through `[data-key-row]`.
    They stay off in fields and dialogs, with Ctrl, Alt and ⌘, and where the switch `[data-keys-switch]` says so. */
const STORE = "halong-keys";
export const isOn = () => localStorage.getItem(STORE) !== "off";
/** While the next row is on its way, a decision would meet the one before: such keys do nothing. */
const LONGEST = 5000;
let movedAt = 0;
export const MOVES = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

export function isTyping(target) {
  return target.closest?.('textarea, select, [contenteditable], dialog, [data-cover], input:not([type="checkbox"], [type="radio"])');
}

function move(screen, step) {
  const rows = [...screen.querySelectorAll("[data-key-row]")];
  const at = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  const next = rows[at + step];
  if (!next) return;
  next.scrollIntoView({ block: "nearest" });
  next.focus({ preventScroll: true });
  movedAt = Date.now();
  next.click();
}

function press(event) {
  const screen = document.querySelector("[data-keys]");
  if (!screen || !isOn() || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key in MOVES) {
    event.preventDefault();
    move(screen, MOVES[key]);
    return;
  }
  const target = key.length === 1 && screen.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target || event.repeat) return;
  event.preventDefault();
  if (Date.now() - movedAt < LONGEST) return;
  target.click();
}

function showSwitch() {
  const on = isOn();
  for (const box of document.querySelectorAll("[data-keys-switch]")) box.checked = on;
  for (const screen of document.querySelectorAll("[data-keys]")) screen.classList.toggle("keys-off", !on);
}

document.addEventListener("keydown", press);
document.addEventListener("change", (event) => {
  if (!event.target.matches?.("[data-keys-switch]")) return;
  localStorage.setItem(STORE, event.target.checked ? "on" : "off");
  showSwitch();
});
document.addEventListener("htmx:after:swap", () => {
  movedAt = 0;
  showSwitch();
});
showSwitch();
