/** Messages on this device (Web Push): asked for only when somebody presses the switch. */
import { fault, say } from "./report-words.js";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/") + "=".repeat((4 - (text.length % 4)) % 4)), (c) => c.charCodeAt(0));

export async function startPush(box) {
  if (!("serviceWorker" in navigator) || !("PushManager" in globalThis)) return;
  box.hidden = false;
  const button = box.querySelector("button"), error = box.querySelector(".field-error"), state = box.querySelector("[data-push-state]");
  const registration = await navigator.serviceWorker.ready;
  const show = async () => {
    const known = await registration.pushManager.getSubscription();
    const on = Boolean(known) && localStorage.getItem(box.dataset.push) === "1";
    button.setAttribute("aria-pressed", String(on));
    state.textContent = say(on ? "push on" : "push off");
    return on ? known : null;
  };
  const form = box.dataset.pushForm && document.getElementById(box.dataset.pushForm);
  const wishes = () => (form ? Object.fromEntries(new FormData(form)) : {});
  const tell = (subscription, remove) => {
    const { endpoint, keys } = subscription.toJSON();
    const content = new URLSearchParams({ endpoint, p256dh: keys.p256dh, auth: keys.auth, ...(remove && { remove: "1" }), ...wishes() });
    return fetch(box.dataset.push, { method: "POST", body: content, headers: { Accept: "application/json" } }).then((answer) => { if (!answer.ok) throw new Error(String(answer.status)); });
  };
  button.addEventListener("click", async () => {
    fault(error, "");
    button.disabled = true;
    try {
      const on = await show();
      if (on) {
        await tell(on, true);
        localStorage.removeItem(box.dataset.push);
      } else {
        if (form && !form.elements.consent.checked) throw new Error("consent");
        if ((await Notification.requestPermission()) !== "granted") throw new Error("denied");
        const subscription = (await registration.pushManager.getSubscription()) ?? (await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(box.dataset.pushKey) }));
        await tell(subscription, false);
        localStorage.setItem(box.dataset.push, "1");
      }
    } catch (trouble) {
      fault(error, say({ denied: "push denied", consent: "push consent" }[trouble.message] ?? "failed"));
    }
    button.disabled = false;
    await show();
  });
  await show();
}
