/** Loads the guided tours when somebody asks for one, or when one led to this page. */
export function startTours() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-tour]");
    if (!button) return;
    button.closest("details")?.removeAttribute("open");
    import("./tour.js").then((module) => module.startTour(button.dataset.tour));
  });
  if (sessionStorage.getItem("halong-tour")) import("./tour.js").then((module) => module.resumeTour());
}
