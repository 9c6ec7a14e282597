/** Bad connections: the desk's worker, the page that was kept, and coming back by itself. */
import { clock, page, words } from "./page.js";

const KEPT = "halong-kept"; // a cache of this name means that this device may keep the panorama; see desk-worker.js
const CHOICE = "halong:keep"; // whose device it is
const TRY_EVERY = 5_000;

/** Load the page anew as soon as the server answers. */
function comeBack() {
  const look = async () => {
    try {
      if ((await fetch("/healthz", { cache: "no-store" })).ok) return location.reload();
    } catch { /* not yet */ }
    setTimeout(look, TRY_EVERY);
  };
  setTimeout(look, TRY_EVERY);
  addEventListener("online", () => location.reload());
}

function sayKept(at) {
  const banner = Object.assign(document.createElement("div"), { className: "banner", textContent: words("kept", { time: clock(new Date(at)) }) });
  banner.setAttribute("role", "status");
  document.querySelector(".topbar")?.after(banner);
}

/** The switch in the menu of the person: "keep the panorama on this device". */
async function keeping() {
  if (!("caches" in window)) return;
  const box = document.querySelector("[data-keep-here]");
  const mine = localStorage.getItem(CHOICE) === page.user;
  if (page.user && mine) await caches.open(KEPT);
  else await caches.delete(KEPT); // signed out, or somebody else's turn
  if (!box) return;
  box.hidden = false;
  box.setAttribute("aria-checked", String(mine));
  box.addEventListener("click", async () => {
    const on = box.getAttribute("aria-checked") !== "true";
    box.setAttribute("aria-checked", String(on));
    if (!on) return localStorage.removeItem(CHOICE), caches.delete(KEPT);
    localStorage.setItem(CHOICE, page.user);
    await caches.open(KEPT);
    if (location.pathname !== "/") return;
    const answer = await fetch("/", { headers: { Accept: "text/html" } });
    const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": answer.headers.get("Content-Security-Policy") ?? "", Date: new Date().toUTCString() };
    if (answer.ok && !answer.redirected) await (await caches.open(KEPT)).put("/", new Response(await answer.text(), { headers }));
  });
}

export function startOffline() {
  const { kept } = document.documentElement.dataset;
  if (kept) sayKept(kept);
  if (kept || document.querySelector("[data-come-back]")) comeBack();
  else keeping();
  if (page.worker && "serviceWorker" in navigator) navigator.serviceWorker.register(page.worker.url, { scope: page.worker.scope }).catch(() => {});
}
