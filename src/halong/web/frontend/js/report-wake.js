/** On every citizen's page: what waits on this phone is delivered. Costs nothing where nothing waits. */
import { page } from "./page.js";

export function startWaking() {
  if (!page.worker) return;
  try {
    if (!localStorage.getItem("halong-reports-wait")) return;
  } catch { return; }
  import("./report.js").then(({ keepTrying }) => keepTrying());
}
