/** Calls to a person on this device (Web Push): asked for only when he presses the switch. */
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/") + "=".repeat((4 - (text.length % 4)) % 4)), (c) => c.charCodeAt(0));

async function start(box) {
  if (!("serviceWorker" in navigator) || !("PushManager" in globalThis)) return;
  const button = box.querySelector("button"), state = box.querySelector("[data-push-state]");
  const registration = await navigator.serviceWorker.ready;
  const say = (on, words) => {
    button.setAttribute("aria-pressed", String(on));
    state.textContent = words ?? box.dataset[on ? "on" : "off"];
  };
  const tell = async (subscription, remove) => {
    const { endpoint, keys } = subscription.toJSON();
    const body = new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth, csrfmiddlewaretoken: box.querySelector("[name=csrfmiddlewaretoken]").value, ...(remove && { remove: "1" }) });
    const answer = await fetch(box.dataset.dutyPush, { method: "POST", body });
    if (!answer.ok) throw new Error(String(answer.status));
  };
  box.hidden = false;
  say(Boolean(await registration.pushManager.getSubscription()));
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const known = await registration.pushManager.getSubscription();
      if (known) {
        await tell(known, true);
        await known.unsubscribe();
      } else {
        if ((await Notification.requestPermission()) !== "granted") throw new Error("denied");
        await tell(await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(box.dataset.key) }), false);
      }
      say(!known);
    } catch {
      say(false, box.dataset.failed);
    }
    button.disabled = false;
  });
}

for (const box of document.querySelectorAll("[data-duty-push]")) start(box);
