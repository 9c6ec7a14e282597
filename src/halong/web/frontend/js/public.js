/** The public's pages: no htmx, no live stream; they come over slow lines. */
import { startAgeing } from "./ageing.js";
import { startHeavy } from "./heavy.js";
import { startInstall } from "./install.js";
import { startNearest } from "./nearest.js";
import { startWaking } from "./report-wake.js";
import { startShell } from "./shell.js";
import { startTours } from "./tours.js";

startShell();
startAgeing();
startNearest();
startTours();
startWaking();
startHeavy({ "halong-map": () => import("./map.js"), "halong-chart": () => import("./chart.js"), "[data-report-map]": () => import("./report-map.js") })();
startInstall();
// A hidden switch or an empty list is seen by no observer.
if (document.querySelector("[data-report], [data-my-reports], [data-push], [data-work]")) import("./report.js");
