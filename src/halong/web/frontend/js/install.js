/** A button with data-install puts the pages on the home screen, where the browser offers that; elsewhere it stays hidden, and
    [data-install-ios] tells how the share menu of an iPhone does it. */
const installed = () => matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;

export function startInstall() {
  const box = document.querySelector("[data-install]");
  if (!box || installed()) return;
  const button = box.querySelector("button"), hint = box.querySelector("[data-install-ios]");
  if (navigator.standalone === false) hint.hidden = box.hidden = false; // known on iOS only
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    button.hidden = box.hidden = false;
    button.addEventListener("click", async () => {
      const { outcome } = await event.prompt();
      box.hidden = outcome === "accepted";
    }, { once: true });
  });
  addEventListener("appinstalled", () => { box.hidden = true; });
}
