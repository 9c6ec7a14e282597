/** Delivers what waits on this phone: each report once, however often it is tried (the server knows its number), then its
    photos by their keys. Runs in pages and in the service worker; a lock keeps them from doing the same work. */
import { draftOf, drafts, forgetPhoto, keepDraft, photoOf } from "./report-store.js";

const API = "/c/api/";
const BUSY = 60_000; // where there are no locks: another delivery that hasn't ended after this is taken over
const heard = globalThis.BroadcastChannel ? new BroadcastChannel("halong-reports") : null;

/** Calls back when a draft changed, in this page or elsewhere. */
const listeners = new Set();
export function onChange(act) {
  listeners.add(act);
  heard?.addEventListener("message", ({ data }) => act(data));
}

async function keep(draft, changes) {
  Object.assign(draft, changes);
  await keepDraft(draft);
  for (const act of listeners) act(draft.id);
  heard?.postMessage(draft.id);
}

const locked = (work) => (globalThis.navigator?.locks ? navigator.locks.request("halong-reports", work) : work());

/** It must wait; the message says why: "" for no network, "busy", or the server's own words (too many in a short time). */
class Later extends Error {}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(API + path, { credentials: "same-origin", ...options, headers: { Accept: "application/json", ...options?.headers } });
  } catch {
    throw new Later("");
  }
  const body = await response.json().catch(() => ({}));
  if (response.status === 429 || response.status >= 500) throw new Later((response.status === 429 && body.detail) || "busy");
  return { ok: response.ok, body };
}

async function sendReport(draft, solve) {
  await keep(draft, { state: "sending", since: Date.now(), fault: "", faults: {} });
  const { body: challenge } = await ask("challenge");
  const altcha = await solve(challenge);
  const content = { ...draft.fields, client_id: draft.id, answers: draft.answers ?? {}, with_photo: draft.photos.length > 0, written_at: new Date(draft.writtenAt ?? draft.savedAt).toISOString(), altcha };
  const { ok, body } = await ask("reports", { method: "POST", body: JSON.stringify(content), headers: { "Content-Type": "application/json" } });
  if (ok) await keep(draft, { number: body.number, code: body.code, url: body.url, due: body.due_at, category: body.category, place: body.place });
  else await keep(draft, { state: "refused", fault: body.detail ?? "", faults: body.fields ?? {}, legal: body.type?.endsWith("lawful-elsewhere") ?? false });
  return ok;
}

async function sendPhotos(draft) {
  for (const photo of draft.photos) {
    if (photo.done) continue;
    const kept = await photoOf(photo.key);
    if (kept) {
      const form = new FormData();
      form.append("code", draft.code);
      form.append("key", photo.key);
      form.append("photo", new Blob([kept.bytes], { type: kept.type }), "photo");
      const { ok, body } = await ask("reports/photos", { method: "POST", body: form });
      if (!ok) photo.fault = body.fields?.photo ?? body.detail ?? "";
    }
    photo.done = true;
    await forgetPhoto(photo.key);
    await keep(draft, {});
  }
}

/** One draft as far as it goes; throws Later when there is no network or the server is busy. */
async function deliver(id, solve) {
  const draft = await draftOf(id);
  if (!draft) return;
  try {
    if (!draft.code && !(await sendReport(draft, solve))) return;
    await sendPhotos(draft);
    await keep(draft, { state: "sent", sentAt: Date.now(), why: "" });
  } catch (error) {
    await keep(draft, { state: "waiting", why: error instanceof Later ? error.message : "busy" });
    throw error;
  }
}

/** Under the lock nobody else delivers: what is "being sent" then was broken off, by a page that was closed for instance. */
const isDue = ({ state, since }) => state === "waiting" || (state === "sending" && (globalThis.navigator?.locks || Date.now() - (since ?? 0) > BUSY));

/** Delivers everything that waits. True when nothing is left, false when some must wait for the network. */
export const flush = (solve) => locked(async () => {
  try {
    for (const draft of (await drafts()).reverse()) if (isDue(draft)) await deliver(draft.id, solve);
    return true;
  } catch (error) {
    if (error instanceof Later) return false;
    throw error;
  }
});

export const isWaiting = async () => (await drafts()).some(({ state }) => state === "waiting" || state === "sending");
