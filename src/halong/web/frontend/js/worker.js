/* Served with BUILD = {version, files, pages, offline, sync} in front. `sync` delivers reports and shows messages; `pages` work
   without network from the first visit. Pages: network first, else the last one seen, else the offline
   page. Built files: cache first (their names carry their content). Nothing of signed-in screens is kept. */
if (BUILD.sync) importScripts(BUILD.sync);
const NAME = `halong-${BUILD.version}`;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll([...BUILD.files, ...BUILD.pages, BUILD.offline])).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)))).then(() => clients.claim()));
});

async function freshFirst(request) {
  const cache = await caches.open(NAME);
  try {
    const response = await fetch(request);
    if (response.ok && !response.headers.get("Cache-Control")?.includes("no-store")) cache.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: BUILD.pages.includes(new URL(request.url).pathname) });
    if (kept) return kept;
    if (request.mode === "navigate") return cache.match(BUILD.offline);
    throw error;
  }
}

const keptFirst = async (request) => {
  const kept = await caches.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) (await caches.open(NAME)).put(request, response.clone());
  return response;
};

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.includes("/web/dist/")) event.respondWith(keptFirst(request));
  else if (url.pathname === "/c" || url.pathname.startsWith("/c/")) event.respondWith(freshFirst(request));
});
