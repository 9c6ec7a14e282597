/** The part of the service worker that delivers reports in the background and shows messages about them. */
import { flush } from "./report-queue.js";
import { solve } from "./report-solve.js";

addEventListener("sync", (event) => {
  if (event.tag !== "halong-reports") return;
  // A rejected promise makes the browser try again later.
  event.waitUntil(flush(solve).then((all) => (all ? undefined : Promise.reject(new Error("waiting")))));
});

addEventListener("push", (event) => {
  let message = {};
  try { message = event.data?.json() ?? {}; } catch { /* an empty push still shows something */ }
  event.waitUntil(registration.showNotification(message.title ?? "Halong", { body: message.body ?? "", tag: message.tag, icon: "/static/web/icon-192.png", data: { url: message.url ?? "/c/follow" } }));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.url ?? "/c/follow", location.origin);
  if (url.origin !== location.origin) return;
  event.waitUntil(clients.matchAll({ type: "window" }).then((open) => {
    const page = open.find((client) => new URL(client.url).pathname === url.pathname);
    return page ? page.focus() : clients.openWindow(url);
  }));
});
