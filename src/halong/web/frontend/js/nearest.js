/** A button with data-nearest="/c" asks for the position once, rounds it to about 100 m, and opens the page with it. Nothing is kept. */
export function startNearest() {
  for (const button of document.querySelectorAll("[data-nearest]")) {
    if (!navigator.geolocation) { button.hidden = true; continue; }
    button.addEventListener("click", () => {
      button.disabled = true;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => location.assign(`${button.dataset.nearest}?lon=${coords.longitude.toFixed(3)}&lat=${coords.latitude.toFixed(3)}`),
        () => { button.disabled = false; button.hidden = true; },
        { maximumAge: 300_000, timeout: 10_000 },
      );
    });
  }
}
