/** The worker in which the proof of work is done, so that the page stays quick. */
import { solve } from "./report-solve.js";

addEventListener("message", ({ data }) => postMessage(solve(data)));
