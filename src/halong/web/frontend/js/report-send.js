/** Sending from a page: what can't go now is left to Background Sync, or to the next time that a
    page is shown or the network is back (iOS has no Background Sync). */
import { flush, isWaiting } from "./report-queue.js";
import { work } from "./report-proof.js";

const FLAG = "halong-reports-wait";

async function remember() {
  const waits = await isWaiting();
  try { waits ? localStorage.setItem(FLAG, "1") : localStorage.removeItem(FLAG); } catch { /* nothing can be kept */ }
  if (!waits || !navigator.serviceWorker?.controller) return false;
  const registration = await navigator.serviceWorker.ready;
  try { await registration.sync.register("halong-reports"); } catch { return false; }
  return true;
}

/** Delivers what waits. `{all, later}`: whether everything went, and whether the browser tries again by itself. */
export async function sendWaiting() {
  let all = false;
  try { all = await flush(work); } finally { await remember(); }
  return { all, later: all || Boolean(navigator.serviceWorker?.controller && "SyncManager" in globalThis) };
}

const FIRST_MS = 15_000, LAST_MS = 300_000; // a server that is busy is asked again, ever more seldom
let started = false;
/** Tries again whenever there may be a network, and while a page is open from time to time. */
export function keepTrying() {
  if (started) return;
  started = true;
  let pause = FIRST_MS, timer;
  const again = async () => {
    clearTimeout(timer);
    if (!navigator.onLine || document.hidden) return;
    const { all } = await sendWaiting().catch(() => ({ all: false }));
    if (all) { pause = FIRST_MS; return; }
    timer = setTimeout(again, pause);
    pause = Math.min(2 * pause, LAST_MS);
  };
  addEventListener("online", again);
  addEventListener("pageshow", again);
  document.addEventListener("visibilitychange", again);
  again();
}
