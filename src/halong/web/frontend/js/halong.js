import "htmx.org";
import { growAll, startAgeing } from "./ageing.js";
import { startCall } from "./duty-call.js";
import { startHeavy } from "./heavy.js";
import { startLive } from "./live.js";
import { startNearest } from "./nearest.js";
import { startShell } from "./shell.js";
import { startTours } from "./tours.js";

const observe = startHeavy({ "halong-map": () => import("./map.js"), "halong-chart": () => import("./chart.js"), "[data-cover]": () => import("./cover.js"), "[data-keys]": () => import("./keys.js"), "[data-duty-push]": () => import("./duty-push.js"), "[data-wall]": () => import("./wall.js"), "[data-running]": () => import("./running.js"), "[data-incident]": () => import("./incident.js"), "[data-ticks]": () => import("./ticks.js"), "[data-wall-editor]": () => import("./wall-editor.js") });

startShell();
startCall();
startAgeing();
startLive();
startNearest();
startTours();
observe();
document.addEventListener("htmx:after:swap", () => {
  observe();
  growAll();
});
