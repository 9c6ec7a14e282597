/** <halong-chart>: readings against their limits. Gaps stay gaps, doubtful values are grey, limits are named; the same
    figures as a table and in words. See docs/components.md. */
import uPlot from "uplot";
import { bands, shapes, tooltip } from "./chart-parts.js";
import { clock, dateTime, dayMonth, number, page, style, words } from "./page.js";

const COLOURS = ["jade", "ink-2", "st-high", "st-attention"];
const DAYS = [1, 2, 5, 10, 15, 30, 60, 90].map((days) => days * 86400); // a day is named once
const token = (element, name) => getComputedStyle(element).getPropertyValue(`--${name}`).trim();

/** One time axis for all series; a reading that should have come and didn't breaks the line. */
export function align(series) {
  const times = new Set();
  for (const one of series) {
    let before;
    const step = one.interval ?? typical(one.points);
    for (const [time] of one.points) {
      if (before !== undefined && step && time - before > 2.5 * step) times.add(before + step);
      times.add(time);
      before = time;
    }
  }
  const axis = [...times].sort((a, b) => a - b);
  const rows = series.map((one) => {
    const good = new Map(one.points.filter(([, , quality]) => !quality).map(([time, value]) => [time, value]));
    const step = one.interval ?? typical(one.points);
    const known = one.points.map(([time]) => time);
    // undefined: another series' time, joined over; null: a gap.
    let at = 0;
    return axis.map((time) => {
      while (at < known.length - 1 && known[at + 1] <= time) at++;
      if (good.has(time)) return good.get(time);
      const next = known[at + 1];
      return step && (known[at] === time || (next !== undefined && next - known[at] > 2.5 * step)) ? null : undefined;
    });
  });
  return [axis, ...rows];
}

function typical(points) {
  if (points.length < 3) return 0;
  const steps = points.slice(1).map(([time], i) => time - points[i][0]).sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)];
}

/** What the chart says, in a sentence or three. */
export function describe({ series, limits = [] }) {
  const lines = [];
  for (const one of series) {
    const values = one.points.filter(([, value, quality]) => value != null && !quality);
    if (!values.length) continue;
    const figures = values.map(([, value]) => value);
    const show = (value) => number(value, one.decimals ?? 1);
    const unit = one.unit ? ` ${one.unit}` : "";
    const [time, last] = values.at(-1);
    const mean = figures.reduce((sum, value) => sum + value, 0) / figures.length;
    lines.push(words("chart summary", { name: one.name, min: show(Math.min(...figures)), max: show(Math.max(...figures)), mean: show(mean), last: show(last), unit, time: dateTime(new Date(time * 1000)) }));
    for (const limit of limits.filter((l) => !l.series || l.series === one.name)) {
      const over = figures.filter((value) => value > limit.value).length;
      if (over) lines.push(words("over limit", { n: number(over, 0), total: number(figures.length, 0), label: limit.label, value: show(limit.value), unit }));
    }
  }
  return lines.join(" ");
}

class HalongChart extends HTMLElement {
  #plot;
  #data;
  #stop = new AbortController();

  async connectedCallback() {
    if (this.dataset.started) return;
    this.dataset.started = "1";
    await style(page.assets.chartStyle);
    this.#build();
    await this.#load();
    const { signal } = this.#stop;
    let waiting;
    for (const topic of (this.dataset.live ?? "").split(/[\s,]+/).filter(Boolean))
      document.body.addEventListener(`live:${topic}`, () => (waiting ??= setTimeout(() => ((waiting = undefined), this.#load()), 2000)), { signal });
    document.addEventListener("halong:theme", () => this.#draw(), { signal });
  }

  disconnectedCallback() {
    this.#stop.abort();
    this.#plot?.destroy();
  }

  #build() {
    const box = (className) => Object.assign(document.createElement("div"), { className });
    this.tools = box("chart-tools");
    this.toggle = Object.assign(document.createElement("button"), { type: "button", className: "chip", textContent: words("table") });
    this.toggle.setAttribute("aria-pressed", "false");
    this.toggle.addEventListener("click", () => this.#turn());
    this.tools.append(...this.querySelectorAll(":scope > [slot=tools]"), Object.assign(box("push"), {}), this.toggle);
    if (this.getAttribute("csv")) this.tools.append(Object.assign(document.createElement("a"), { className: "chip", href: this.getAttribute("csv"), textContent: "CSV", download: "" }));
    this.plotBox = box("chart-plot");
    this.plotBox.setAttribute("role", "img");
    this.plotBox.setAttribute("aria-label", this.getAttribute("label") ?? "");
    this.table = box("chart-table");
    this.table.hidden = true;
    this.sentence = Object.assign(document.createElement("p"), { className: "chart-words" });
    this.append(this.tools, this.plotBox, this.table, this.sentence);
    new ResizeObserver(() => this.#plot?.setSize({ width: this.plotBox.clientWidth - 12, height: this.#height() })).observe(this);
  }

  #height() {
    return Number(this.getAttribute("height")) || 240;
  }

  async #load() {
    try {
      const response = await fetch(this.getAttribute("src"), { headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(String(response.status));
      this.#data = await response.json();
    } catch {
      if (!this.#data) this.#say(words("chart failed"));
      return;
    }
    if (!this.#data.series.some((one) => one.points.length)) return this.#say(words("no data"));
    this.sentence.textContent = describe(this.#data);
    this.#draw();
    if (!this.table.hidden) this.#fill();
  }

  #say(text) {
    const state = Object.assign(document.createElement("div"), { className: "state" });
    state.append(Object.assign(document.createElement("p"), { textContent: text }));
    this.plotBox.replaceChildren(state);
    this.sentence.textContent = "";
  }

  #draw() {
    if (!this.#data?.series.some((one) => one.points.length)) return;
    this.#plot?.destroy();
    this.plotBox.replaceChildren();
    const { series, limits = [] } = this.#data;
    const ink = token(this, "ink-3"), line = token(this, "line"), font = '11px "Be Vietnam Pro"';
    const [axis] = [align(series)];
    const span = axis[0].at(-1) - axis[0][0];
    const label = (seconds) => (span > 2 * 86400 ? dayMonth(new Date(seconds * 1000)) : clock(new Date(seconds * 1000)));
    const values = series.flatMap((one) => one.points.map(([, value]) => value)).filter((v) => v != null);
    // A limit far above the readings would press them flat: it is in the words and the tiles, not in the frame.
    const high = Math.max(...values), near = limits.filter((l) => l.value <= 5 * Math.abs(high));
    const top = Math.max(high, ...near.map((l) => l.value)), low = Math.min(...values, ...limits.filter((l) => l.kind === "minimum").map((l) => l.value));
    const room = (top - low || Math.abs(top) || 1) * 0.08;
    this.#plot = new uPlot({
      width: this.plotBox.clientWidth - 12,
      height: this.#height(),
      legend: { show: false },
      cursor: { y: false, points: { size: 6 }, drag: { x: true, y: false } },
      scales: { x: { time: true }, y: { range: [low >= 0 && low - room < 0 ? 0 : low - room, top + room] } },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Asia/Ho_Chi_Minh"),
      axes: [
        { stroke: ink, font, grid: { show: false }, ticks: { stroke: line, size: 4 }, values: (_, splits) => splits.map(label), space: 70, ...(span > 2 * 86400 && { incrs: DAYS }) },
        { stroke: ink, font, size: 52, grid: { stroke: line, width: 1 }, ticks: { show: false }, values: (_, splits) => splits.map((v) => number(v, 3)), space: 34 },
      ],
      series: [{}, ...series.map((one, i) => ({ label: one.name, stroke: token(this, COLOURS[i % COLOURS.length]), width: 1.6, spanGaps: false, points: { show: axis[0].length < 60, size: 4 } }))],
      plugins: [bands(this, series, limits, token), shapes(this, series, token), tooltip(this, series)],
    }, axis, this.plotBox);
  }

  #turn() {
    const table = this.table.hidden;
    this.table.hidden = !table;
    this.plotBox.hidden = table;
    this.toggle.textContent = words(table ? "chart" : "table");
    this.toggle.setAttribute("aria-pressed", String(table));
    if (table) this.#fill();
  }

  #fill() {
    const { series } = this.#data;
    const rows = new Map();
    series.forEach((one, i) => one.points.forEach(([time, value, quality]) => {
      if (!rows.has(time)) rows.set(time, []);
      rows.get(time)[i] = value == null ? "–" : `${number(value, one.decimals ?? 3)}${quality ? ` (${words("not valid")})` : ""}`;
    }));
    const table = Object.assign(document.createElement("table"), { className: "table" });
    const cell = (tag, text, className = "") => Object.assign(document.createElement(tag), { textContent: text, className });
    const head = table.createTHead().insertRow();
    head.append(cell("th", words("time")), ...series.map((one) => cell("th", one.unit ? `${one.name} (${one.unit})` : one.name, "num")));
    head.querySelectorAll("th").forEach((th) => (th.scope = "col"));
    const body = table.createTBody();
    for (const time of [...rows.keys()].sort((a, b) => b - a).slice(0, 2000)) {
      body.insertRow().append(cell("td", dateTime(new Date(time * 1000))), ...series.map((_, i) => cell("td", rows.get(time)[i] ?? "–", "num")));
    }
    this.table.tabIndex = 0;
    this.table.setAttribute("role", "group");
    this.table.setAttribute("aria-label", this.getAttribute("label") ?? words("table"));
    this.table.replaceChildren(table);
  }
}

customElements.define("halong-chart", HalongChart);
