/** Proof of work from a page: the challenge is solved in a worker, so that the page stays quick. Forms with data-work carry it
    along; without scripts, or when no challenge can be had, they go as they are and the server counts more strictly. */
import { page } from "./page.js";
import { solve } from "./report-solve.js";

export function work(challenge) {
  if (!page.assets.reportWork || !globalThis.Worker) return solve(challenge);
  return new Promise((done, fail) => {
    const worker = new Worker(page.assets.reportWork);
    worker.onmessage = ({ data }) => { worker.terminate(); done(data); };
    worker.onerror = () => { worker.terminate(); try { done(solve(challenge)); } catch (error) { fail(error); } };
    worker.postMessage(challenge);
  });
}

/** A challenge, solved. */
export async function proof() {
  const response = await fetch("/c/api/challenge");
  if (!response.ok) throw new Error(String(response.status));
  return work(await response.json());
}

export function startProving(form) {
  const { altcha } = form.elements, offline = form.querySelector("[data-work-offline]");
  let solving = null, proved = false;
  const begin = () => (solving ??= proof().then((found) => { altcha.value = found; }).catch(() => { solving = null; }));
  if (form.contains(document.activeElement)) begin(); // somebody began to write before this ran
  form.addEventListener("focusin", begin, { once: true }); // done by the time that everything is written
  form.addEventListener("submit", async (event) => {
    if (proved) return;
    event.preventDefault();
    if (offline) offline.hidden = navigator.onLine;
    delete form.dataset.sent; // the shell's mark against double clicks
    if (!navigator.onLine) return;
    await begin();
    // Work that was done before the press goes on within it, and browsers take no second submission while one is being told.
    await new Promise((later) => setTimeout(later));
    proved = true;
    delete form.dataset.sent;
    form.requestSubmit(event.submitter);
  });
  // Work counts once: who comes back to the page needs new work.
  addEventListener("pageshow", ({ persisted }) => { if (persisted) [solving, proved, altcha.value] = [null, false, ""]; });
}
