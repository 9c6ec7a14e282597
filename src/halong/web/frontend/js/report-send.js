/** Sending from a page: the work is done in a worker; what can't go now is left to Background Sync, or to the next time that a
    page is shown or the network is back (iOS has no Background Sync). */
import { flush, isWaiting } from "./report-queue.js";
import { solve } from "./report-solve.js";
import { page } from "./page.js";

const FLAG = "halong-reports-wait";

function work(challenge) {
  if (!page.assets.reportWork || !globalThis.Worker) return solve(challenge);
  return new Promise((done, fail) => {
    const worker = new Worker(page.assets.reportWork);
    worker.onmessage = ({ data }) => { worker.terminate(); done(data); };
    worker.onerror = () => { worker.terminate(); try { done(solve(challenge)); } catch (error) { fail(error); } };
    worker.postMessage(challenge);
  });
}

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

let started = false;
/** Tries again whenever there may be a network. */
export function keepTrying() {
  if (started) return;
  started = true;
  const again = () => { if (navigator.onLine && !document.hidden) sendWaiting().catch(() => {}); };
  addEventListener("online", again);
  addEventListener("pageshow", again);
  document.addEventListener("visibilitychange", again);
  again();
}
