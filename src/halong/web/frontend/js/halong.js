import "htmx.org";
import { growAll, startAgeing } from "./ageing.js";
import { startLive } from "./live.js";
import { startNearest } from "./nearest.js";
import { startWaking } from "./report-wake.js";
import { startShell } from "./shell.js";

/** Heavy parts come only when they are about to be seen. */
const heavy = { "halong-map": () => import("./map.js"), "halong-chart": () => import("./chart.js"), "[data-cover]": () => import("./cover.js"), "[data-keys]": () => import("./keys.js"), "[data-wall]": () => import("./wall.js"), "[data-wall-editor]": () => import("./wall-editor.js"), "[data-report], [data-my-reports], [data-push]": () => import("./report.js") };
const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    for (const [selector, load] of Object.entries(heavy)) if (target.matches(selector)) load();
  }
}, { rootMargin: "300px" });

function observe(root = document) {
  for (const element of root.querySelectorAll(Object.keys(heavy).join(","))) seen.observe(element);
}

startShell();
startAgeing();
startLive();
startNearest();
startWaking();
observe();
document.addEventListener("htmx:after:swap", () => {
  observe();
  growAll();
});
