/** <halong-chart>: readings against their limits. Gaps stay gaps, doubtful values are grey, limits are named; the same
    figures as a table and in words. See docs/components.md. */
import uPlot from "uplot";
import { bands, ground, range, shapes, tooltip } from "./chart-parts.js";
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
export function describe({ series, limits = [], words: said = "" }) {
  const lines = [];
  for (const one of series.filter((s) => !s.dashed)) {
    const values = one.points.filter(([, value, quality]) => value != null && !quality);
    if (!values.length || (values.length === 1 && series.length > 1)) continue; // one value is no course
    const figures = values.map(([, value]) => value);
    const show = (value) => number(value, one.decimals ?? 1);
    const unit = one.unit ? ` ${one.unit}` : "";
    const [time, last, , label] = values.at(-1);
    const mean = figures.reduce((sum, value) => sum + value, 0) / figures.length;
    lines.push(words("chart summary", { name: one.name, min: show(Math.min(...figures)), max: show(Math.max(...figures)), mean: show(mean), last: show(last), unit, time: label ?? dateTime(new Date(time * 1000)) }));
    for (const limit of limits.filter((l) => l.kind !== "target" && (!l.series || l.series === one.name))) {
      const under = limit.kind === "minimum";
      const over = figures.filter((value) => (under ? value < limit.value : value > limit.value)).length;
      if (over) lines.push(words(under ? "under limit" : "over limit", { n: number(over, 0), total: number(figures.length, 0), label: limit.label, value: show(limit.value), unit }));
    }
  }
  if (said) lines.push(said);
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
    return (Number(this.getAttribute("height")) || 240) * this.scale;
  }

  /** How much larger the page's text is than a desk's: very large screens. */
  get scale() {
    return Math.max(1, parseFloat(getComputedStyle(this).fontSize) / 14);
  }

  async #load() {
    try {
      this.#data = await this.#fetch();
    } catch {
      if (!this.#data) this.#say(words("chart failed"));
      return;
    }
    if (!this.#data.series.some((one) => one.points.length)) return this.#say(words("no data"));
    this.sentence.textContent = describe(this.#data);
    this.#draw();
    if (!this.table.hidden) this.#fill();
  }

  /** The figures stand in the page itself (a preview that nobody keeps), or are fetched. */
  async #fetch() {
    if (this.hasAttribute("data")) return JSON.parse(this.getAttribute("data"));
    const response = await fetch(this.getAttribute("src"), { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
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
    const wide = series.flatMap((one) => (one.bands ?? []).flatMap(([, , , low, high]) => [low, high]));
    const ink = token(this, "ink-3"), line = token(this, "line"), font = `${11 * this.scale}px "Be Vietnam Pro"`;
    const [axis] = [align(series)];
    const span = axis[0].at(-1) - axis[0][0];
    const label = (seconds) => (span > 2 * 86400 ? dayMonth(new Date(seconds * 1000)) : clock(new Date(seconds * 1000)));
    const values = series.flatMap((one) => one.points.map(([, value]) => value)).concat(wide).filter((v) => v != null);
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
        { stroke: ink, font, grid: { show: false }, ticks: { stroke: line, size: 4 }, values: (_, splits) => splits.map(label), space: 70 * this.scale, ...(span > 2 * 86400 && { incrs: DAYS }) },
        { stroke: ink, font, size: 52 * this.scale, grid: { stroke: line, width: 1 }, ticks: { show: false }, values: (_, splits) => splits.map((v) => number(v, 3)), space: 34 * this.scale },
      ],
      series: [{}, ...series.map((one, i) => ({ label: one.name, stroke: token(this, COLOURS[i % COLOURS.length]), width: 1.6, ...(one.dashed && { dash: [5, 4] }), spanGaps: false, points: { show: axis[0].length < 60, size: 4 } }))],
      plugins: [ground(this, this.#data, token), bands(this, series, limits, token), shapes(this, series, token), tooltip(this, series)],
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
    const rows = new Map(), names = new Map();
    series.forEach((one, i) => one.points.forEach(([time, value, quality, label]) => {
      if (!rows.has(time)) rows.set(time, []);
      names.set(time, label ?? dateTime(new Date(time * 1000)));
      rows.get(time)[i] = value == null ? "–" : `${number(value, one.decimals ?? 3)}${quality ? ` (${words("not valid")})` : ""}`;
    }));
    const table = Object.assign(document.createElement("table"), { className: "table" });
    const cell = (tag, text, className = "") => Object.assign(document.createElement(tag), { textContent: text, className });
    const head = table.createTHead().insertRow();
    const fans = series.filter((one) => one.bands?.length);
    const between = (time) => fans.flatMap((one) => {
      const band = one.bands.find(([at]) => at === time);
      return [1, 3].map((at) => cell("td", band ? range(band[at], band[at + 1], one) : "–", "num"));
    });
    head.append(cell("th", words("time")), ...series.map((one) => cell("th", one.unit ? `${one.name} (${one.unit})` : one.name, "num")), ...fans.flatMap(() => ["80%", "95%"].map((share) => cell("th", share, "num"))));
    head.querySelectorAll("th").forEach((th) => (th.scope = "col"));
    const body = table.createTBody();
    for (const time of [...rows.keys()].sort((a, b) => b - a).slice(0, 2000)) {
      body.insertRow().append(cell("td", names.get(time)), ...series.map((_, i) => cell("td", rows.get(time)[i] ?? "–", "num")), ...between(time));
    }
    this.table.tabIndex = 0;
    this.table.setAttribute("role", "group");
    this.table.setAttribute("aria-label", this.getAttribute("label") ?? words("table"));
    this.table.replaceChildren(table);
  }
}

customElements.define("halong-chart", HalongChart);
