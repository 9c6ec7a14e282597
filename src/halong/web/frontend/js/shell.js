/** Behaviour of the shells, all by delegation, so that swapped fragments need no set-up. */
import { page, words } from "./page.js";
import { startOffline } from "./offline.js";
import { startSearch } from "./search.js";

const on = (type, selector, act) =>
  document.addEventListener(type, (event) => {
    const element = event.target.closest?.(selector);
    if (element) act(element, event);
  });

/** Opens it at its first field, where the hand goes on; by itself the browser would take the cross in the corner. */
function show(dialog) {
  dialog.showModal();
  if (dialog.querySelector("[autofocus]")) return;
  const fields = [...dialog.querySelectorAll(".dialog-body :is(input:not([type=hidden]), select, textarea)")];
  const first = fields.find((field) => !field.disabled && (field.type !== "radio" || field.checked));
  first?.focus();
}

function dialogs() {
  on("click", "[data-dialog-open]", (button, event) => {
    const dialog = document.getElementById(button.dataset.dialogOpen);
    if (!dialog) return;
    event.preventDefault();
    show(dialog);
  });
  on("click", "[data-dialog-close]", (button, event) => {
    event.preventDefault();
    button.closest("dialog")?.close();
  });
  // A click on the backdrop lands on the dialog itself.
  document.addEventListener("click", (event) => event.target.localName === "dialog" && event.target.close());
  document.addEventListener("htmx:after:swap", (event) => {
    for (const dialog of document.querySelectorAll("dialog[data-dialog-auto]:not([open])")) show(dialog);
    const form = event.target.closest?.("dialog[open]");
    if (form?.querySelector("[data-dialog-done]")) form.close();
  });
}

function menus() {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest?.("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

function theme() {
  on("click", "[data-theme-set]", (button, event) => {
    event.preventDefault();
    const chosen = button.dataset.themeSet;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `theme=${chosen}; path=/; max-age=31536000; samesite=lax${secure}`;
    if (chosen === "auto") document.documentElement.removeAttribute("data-theme");
    else document.documentElement.dataset.theme = chosen;
    for (const other of document.querySelectorAll("[data-theme-set]")) other.setAttribute("aria-pressed", String(other === button));
    document.dispatchEvent(new CustomEvent("halong:theme"));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => document.dispatchEvent(new CustomEvent("halong:theme")));
}

function forms() {
  on("change", "[data-autosubmit]", (element) => element.form.requestSubmit());
  on("click", "[data-dismiss]", (button) => button.closest(".notice")?.remove());
  on("change", ".filedrop input", (input) => {
    const list = input.closest(".filedrop").querySelector(".filedrop-files");
    if (list) list.textContent = [...input.files].map((file) => file.name).join(", ");
  });
  for (const [type, over] of [["dragover", true], ["dragleave", false], ["drop", false]])
    on(type, ".filedrop", (zone) => zone.classList.toggle("is-over", over));
  on("click", "[data-copy]", async (button) => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    notify(words("copied"), "good");
  });
  on("click", "[data-print]", () => print());
  // A form sent twice by a double click would be two actions.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.matches("[hx-post], [data-repeatable]")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  }, true);
}

/** A short message at the edge of the screen; read out politely. */
export function notify(text, kind = "attention") {
  const host = document.getElementById("toasts");
  if (!host) return;
  const box = document.createElement("div");
  box.className = `notice notice-${kind}`;
  const words = document.createElement("p");
  words.textContent = text;
  box.append(document.createElement("span"), words);
  host.append(box);
  setTimeout(() => box.remove(), 6000);
}

function htmxEvents() {
  document.addEventListener("htmx:config:request", (event) => {
    const token = document.querySelector('meta[name="csrf-token"]')?.content;
    if (token) event.detail.ctx.request.headers["X-CSRFToken"] = token;
  });
  // A failed background refresh keeps what is on the screen; a failed action is told.
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    const status = ctx?.response?.status ?? ctx?.response?.raw?.status;
    if (status >= 400 && status !== 422) {
      event.preventDefault();
      if (ctx.request.method !== "GET") notify(status === 403 ? words("no permission") : words("failed"), "critical");
      if (status === 401) location.reload();
    }
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.detail?.ctx?.request?.method && event.detail.ctx.request.method !== "GET") notify(words("failed"), "critical");
  });
  keepScroll();
}

/** A live refresh must not move what somebody is reading: neither a box's rows nor, on the page, what has the focus. */
function keepScroll() {
  const kept = new WeakMap();
  const top = (element) => element.getBoundingClientRect().top;
  document.addEventListener("htmx:before:swap", (event) => {
    const box = event.target.closest?.("[data-keep-scroll]"), here = document.activeElement;
    if (box) kept.set(box, box.scrollTop);
    if (here !== document.body && top(here) >= 0 && top(here) < innerHeight) kept.set(here, top(here));
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const box = event.target.closest?.("[data-keep-scroll]"), here = document.activeElement;
    if (box && kept.has(box)) box.scrollTop = kept.get(box);
    else if (kept.has(here)) scrollBy({ top: top(here) - kept.get(here), behavior: "instant" });
  });
}

function wall() {
  if (!document.body.classList.contains("wall")) return;
  let timer;
  addEventListener("pointermove", () => {
    document.body.classList.add("is-pointing");
    clearTimeout(timer);
    timer = setTimeout(() => document.body.classList.remove("is-pointing"), 3000);
  });
}

export function startShell() {
  dialogs();
  menus();
  startSearch();
  theme();
  forms();
  htmxEvents();
  wall();
  startOffline();
  const offline = () => document.documentElement.classList.toggle("is-offline", !navigator.onLine);
  addEventListener("online", offline);
  addEventListener("offline", offline);
  offline();
}
