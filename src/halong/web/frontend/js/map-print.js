/** The plate on paper: a sheet with title, legend, scale, time, source and, where so, the words that the data are simulated or
    of the past. As a picture (PNG), or printed by the browser, whose "save as PDF" keeps the texts as texts. */
import { distance } from "./map-geodesy.js";
import { element, isApproximate } from "./map-furniture.js";
import { heightOf, paintSvg } from "./map-paint.js";
import { dateTime, number, page, words } from "./page.js";

const WIDTH = 1600;

/** The plate as it is drawn now, as a canvas. */
async function snapshot(host) {
  const { map } = host;
  if (!map) {
    const svg = host.querySelector("svg.map-drawing");
    const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: Math.round(heightOf(svg, WIDTH)) });
    const pen = canvas.getContext("2d");
    pen.fillStyle = getComputedStyle(host).backgroundColor;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    await paintSvg(pen, svg, 0, 0, WIDTH);
    return canvas;
  }
  const [source] = [map.getCanvas()];
  const canvas = Object.assign(document.createElement("canvas"), { width: source.width, height: source.height });
  // What WebGL drew can be read only while it draws.
  await new Promise((done) => {
    map.once("render", () => (canvas.getContext("2d").drawImage(source, 0, 0), done()));
    map.triggerRepaint();
  });
  return canvas;
}

/** `{metres, share}`: a round length, and the share of the plate's width that it takes. */
function scaleOf(host) {
  if (!host.map) return null;
  const [w, h] = [host.canvas.clientWidth, host.canvas.clientHeight];
  const [a, b] = [host.map.unproject([0, h / 2]).toArray(), host.map.unproject([w, h / 2]).toArray()];
  const whole = distance(a, [(a[0] + b[0]) / 2, a[1]]) * 2;
  const power = 10 ** Math.floor(Math.log10(whole / 5));
  const metres = [5, 2, 1].map((n) => n * power).find((one) => one <= whole / 5) ?? power;
  return { metres, share: metres / whole, words: metres >= 1000 ? `${number(metres / 1000, 1)} km` : `${number(metres, 0)} m` };
}

function facts(host) {
  const simulated = host.shown.some(({ properties }) => properties.simulated === true || properties.simulated === "true");
  const { title = document.title, centre = "" } = host.dataset;
  const boundaries = words(host.places.features.some(({ properties }) => isApproximate(properties)) ? "boundaries approximate" : "boundaries loaded");
  const time = dateTime(new Date(host.at));
  return {
    title: words("map of", { place: title }),
    time: host.replaying ? words("looking back", { time }) : words("state at", { time }),
    simulated: simulated ? words("simulated") : "",
    source: words("printed by", { centre, boundaries }),
    scale: scaleOf(host),
  };
}

const legendOf = (host) => host.querySelector(".map-legend");
const insetOf = (host) => host.querySelector(".map-inset:not([hidden])");

/** Opens the browser's own printing with a sheet made for it. */
export async function printSheet(host) {
  const said = facts(host);
  const picture = element("img", { alt: said.title, src: (await snapshot(host)).toDataURL("image/png") });
  await picture.decode();
  const plate = element("div", { className: "map-sheet-plate" }, picture);
  if (insetOf(host)) plate.append(insetOf(host).cloneNode(true));
  const head = element("header", {}, element("h1", { textContent: said.title }), element("p", {}, said.time, ...(said.simulated ? [" ", element("span", { className: "simulated", textContent: said.simulated })] : [])));
  const foot = element("footer", {});
  if (legendOf(host)) foot.append(legendOf(host).cloneNode(true));
  if (said.scale) {
    const bar = element("div", { className: "map-sheet-scale" }, element("i"), said.scale.words);
    bar.firstChild.style.setProperty("width", `${(said.scale.share * 100).toFixed(3)}%`);
    plate.append(bar);
  }
  foot.append(element("p", { className: "map-sheet-source", textContent: said.source }));
  const sheet = element("section", { className: "map-sheet", lang: page.lang }, head, plate, foot);
  document.querySelector(".map-sheet")?.remove();
  document.body.append(sheet);
  document.body.classList.add("is-printing-map");
  addEventListener("afterprint", () => {
    sheet.remove();
    document.body.classList.remove("is-printing-map");
  }, { once: true });
  print();
}

/** Saves the sheet as a PNG. */
export async function savePicture(host) {
  const canvas = await sheetPicture(host);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const link = element("a", { href: URL.createObjectURL(blob), download: `halong-${new Date(host.at).toISOString().slice(0, 16).replace(/[:T]/g, "-")}.png` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

async function sheetPicture(host) {
  const plate = await snapshot(host), said = facts(host);
  const unit = plate.width / 1000, pad = 24 * unit, head = 74 * unit, foot = 110 * unit;
  const canvas = Object.assign(document.createElement("canvas"), { width: plate.width + 2 * pad, height: plate.height + head + foot });
  const pen = canvas.getContext("2d"), style = getComputedStyle(host);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const say = (text, x, y, size, ink = "ink", weight = 400) => {
    pen.font = `${weight} ${size * unit}px "Be Vietnam Pro"`;
    pen.fillStyle = colour(ink);
    pen.fillText(text, x, y);
    return pen.measureText(text).width;
  };
  pen.fillStyle = colour("panel");
  pen.fillRect(0, 0, canvas.width, canvas.height);
  say(said.title, pad, 34 * unit, 21, "ink", 600);
  const wide = say(said.time, pad, 58 * unit, 13, host.replaying ? "st-high-ink" : "ink-2");
  if (said.simulated) badge(pen, said.simulated, pad + wide + 12 * unit, 58 * unit, unit, colour);
  pen.drawImage(plate, pad, head);
  pen.strokeStyle = colour("line-strong");
  pen.lineWidth = unit;
  pen.strokeRect(pad, head, plate.width, plate.height);
  const bottom = head + plate.height;
  if (insetOf(host)) {
    const width = 110 * unit * Math.max(1, plate.width / unit / 1300), svg = insetOf(host);
    const [x, y] = [pad + 10 * unit, bottom - heightOf(svg, width) - 10 * unit];
    await paintSvg(pen, svg, x, y, width);
    pen.strokeRect(x, y, width, heightOf(svg, width));
  }
  if (said.scale) scaleBar(pen, said.scale, { right: pad + plate.width - 14 * unit, bottom: bottom - 14 * unit, whole: plate.width, unit, say, colour });
  await legend(pen, host, pad, bottom + 26 * unit, canvas.width - 2 * pad, { unit, say });
  say(said.source, pad, canvas.height - 14 * unit, 11, "ink-3");
  return canvas;
}

function badge(pen, text, x, y, unit, colour) {
  pen.font = `400 ${12 * unit}px "Be Vietnam Pro"`;
  const width = pen.measureText(text).width + 14 * unit;
  pen.setLineDash([3 * unit, 2 * unit]);
  [pen.strokeStyle, pen.lineWidth] = [colour("ink-3"), unit];
  pen.strokeRect(x, y - 13 * unit, width, 18 * unit);
  pen.setLineDash([]);
  pen.fillStyle = colour("ink-2");
  pen.fillText(text, x + 7 * unit, y);
}

function scaleBar(pen, scale, { right, bottom, whole, unit, say, colour }) {
  const width = scale.share * whole;
  [pen.strokeStyle, pen.lineWidth] = [colour("ink"), 1.5 * unit];
  pen.beginPath();
  pen.moveTo(right - width, bottom - 6 * unit);
  pen.lineTo(right - width, bottom);
  pen.lineTo(right, bottom);
  pen.lineTo(right, bottom - 6 * unit);
  pen.stroke();
  say(scale.words, right - width + 4 * unit, bottom - 8 * unit, 12);
}

/** The legend of the page, item after item, in lines. */
async function legend(pen, host, left, top, width, { unit, say }) {
  const box = legendOf(host);
  let [x, y] = [left, top];
  const title = box?.querySelector(".map-legend-title")?.textContent;
  if (title) x += say(title, x, y, 13, "ink", 600) + 14 * unit;
  for (const item of box?.querySelectorAll("li") ?? []) {
    const svg = item.querySelector("svg");
    pen.font = `400 ${12 * unit}px "Be Vietnam Pro"`;
    if (x + pen.measureText(item.textContent).width + 30 * unit > left + width) [x, y] = [left, y + 20 * unit];
    if (svg) {
      const size = item.closest(".map-classes") ? 20 * unit : 12 * unit;
      await paintSvg(pen, svg, x, y - 10 * unit, size);
      x += size + 6 * unit;
    }
    x += say(item.textContent, x, y, 12, "ink-2") + 16 * unit;
  }
  const note = box?.querySelector(".map-legend-note")?.textContent;
  if (note) say(note, left, y + 20 * unit, 11, "ink-3");
}
