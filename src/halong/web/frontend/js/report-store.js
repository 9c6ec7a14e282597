/** Drafts and photos on this phone, in IndexedDB; used by pages and by the service worker.
    A draft: {id, state, fields, answers, photos: [key], savedAt, number, code, url, due, fault, faults}.
    `state`: draft → waiting → sending → sent, or refused (the sender must look); `why` it waits. Where nothing can be kept (private
    mode, a full disk), memory serves, and the page says so. */
const NAME = "halong-reports", VERSION = 1;
const memory = { drafts: new Map(), photos: new Map() };
let opened;

const settled = (request) => new Promise((done, fail) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => fail(request.error);
});

/** Done once it is on the disk: a full disk is told at the end of a transaction. */
const written = (database, store, work) => new Promise((done, fail) => {
  const transaction = database.transaction(store, "readwrite");
  transaction.oncomplete = done;
  transaction.onabort = () => fail(transaction.error);
  transaction.onerror = () => fail(transaction.error);
  work(transaction.objectStore(store));
});

function open() {
  opened ??= new Promise((done, fail) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("drafts", { keyPath: "id" });
      request.result.createObjectStore("photos", { keyPath: "key" });
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
    request.onblocked = () => fail(new Error("blocked"));
  }).catch(() => null);
  return opened;
}

/** Whether this browser keeps anything once the page is closed. */
export const keeps = async () => (await open()) !== null;

let full = false;
/** Whether something couldn't be kept for want of room: it is lost when the page is closed. */
export const isFull = () => full;

async function read(store, ask, plain) {
  const database = await open();
  return database ? settled(ask(database.transaction(store, "readonly").objectStore(store))) : plain;
}

const get = async (store, key) => memory[store].get(key) ?? (await read(store, (s) => s.get(key)));

async function put(store, key, value) {
  const database = await open();
  try {
    if (!database) throw new Error("nothing can be kept");
    await written(database, store, (s) => s.put(value));
    memory[store].delete(key);
  } catch {
    memory[store].set(key, value);
    full ||= database !== null;
  }
}

async function remove(store, key) {
  memory[store].delete(key);
  const database = await open();
  if (database) await written(database, store, (s) => s.delete(key));
}

async function all(store) {
  const kept = await read(store, (s) => s.getAll(), []), only = memory[store];
  return [...kept.filter(({ id, key }) => !only.has(id ?? key)), ...only.values()];
}

export const draftOf = (id) => get("drafts", id);
export const drafts = async () => (await all("drafts")).sort((a, b) => b.savedAt - a.savedAt);
export const keepDraft = (draft) => put("drafts", draft.id, { ...draft, savedAt: draft.savedAt ?? Date.now() });
export const photoOf = (key) => get("photos", key);

/** Bytes rather than a Blob: some browsers lose Blobs that they keep. */
export async function keepPhoto(key, blob) {
  await put("photos", key, { key, type: blob.type, bytes: await blob.arrayBuffer() });
}

export const forgetPhoto = (key) => remove("photos", key);

export async function forgetDraft(id) {
  const draft = await draftOf(id);
  for (const { key } of draft?.photos ?? []) await forgetPhoto(key);
  await remove("drafts", id);
}

/** A random number that nobody can guess: it is the report's name, and its code follows from it. */
export function randomId() {
  if (globalThis.crypto.randomUUID) return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16)); // pages without https have no randomUUID
  b[6] = (b[6] & 15) | 64;
  b[8] = (b[8] & 63) | 128;
  const hex = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
