/* Served with BUILD = {version, files, offline} in front. For the desk and the wall: built files from the cache (their names
   carry their content), and a page that says so when there is no network. Of what people see signed in nothing is kept,
   but for one page, the panorama, on a device whose owner asked for it (halong-kept exists): for at most twelve hours,
   shown only while there is no network, with the time it is of; gone as soon as the sign-in page comes. */
const NAME = `halong-desk-${BUILD.version}`, KEPT = "halong-kept", LONGEST_MS = 12 * 3600_000;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll([...BUILD.files, BUILD.offline])).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const isOld = (name) => name.startsWith("halong-desk-") && name !== NAME;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name)))).then(() => clients.claim()));
});

async function keptFirst(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) (await caches.open(NAME)).put(request, response.clone());
  return response;
}

async function keep(response) {
  const text = await response.text();
  const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": response.headers.get("Content-Security-Policy") ?? "", Date: new Date().toUTCString() };
  await (await caches.open(KEPT)).put("/", new Response(text, { headers }));
}

async function lastSeen() {
  const kept = (await caches.has(KEPT)) && (await (await caches.open(KEPT)).match("/"));
  const at = kept && Date.parse(kept.headers.get("Date"));
  if (!kept || Date.now() - at > LONGEST_MS) return null;
  const html = (await kept.text()).replace("<html ", `<html data-kept="${new Date(at).toISOString()}" `);
  return new Response(html, { headers: kept.headers });
}

async function navigate(request, path) {
  try {
    const response = await fetch(request);
    if (path === "/login" || path === "/logout" || new URL(response.url || request.url).pathname === "/login") await caches.delete(KEPT);
    else if (path === "/" && response.ok && !response.redirected && (await caches.has(KEPT))) keep(response.clone());
    return response;
  } catch {
    return (path === "/" && (await lastSeen())) || caches.match(BUILD.offline);
  }
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "GET" && url.pathname.includes("/web/dist/")) event.respondWith(keptFirst(request));
  else if (request.mode === "navigate" && request.method === "GET") event.respondWith(navigate(request, url.pathname));
});

addEventListener("push", (event) => {
  const { title, body, url, tag } = event.data?.json() ?? {};
  if (title) event.waitUntil(registration.showNotification(title, { body, tag, data: url, requireInteraction: true }));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(clients.openWindow(event.notification.data));
});
