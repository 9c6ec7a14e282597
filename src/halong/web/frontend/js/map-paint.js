/** Paints an SVG of ours onto a canvas as the page shows it, with the styles that the page computed: paths, rectangles, circles,
    texts, images; groups and shapes moved by translate() and scale(). */
const NUMBERS = /-?[\d.]+/g;

function place(pen, element) {
  for (const [, kind, given] of (element.getAttribute("transform") ?? "").matchAll(/(\w+)\(([^)]*)\)/g)) {
    const [x, y = x] = given.match(NUMBERS).map(Number);
    if (kind === "translate") pen.translate(x, y);
    if (kind === "scale") pen.scale(x, y);
  }
}

const of = (element, ...names) => names.map((name) => Number(element.getAttribute(name) ?? 0));

function shapeOf(element) {
  const path = new Path2D(element.localName === "path" ? element.getAttribute("d") : undefined);
  if (element.localName === "rect") path.rect(...of(element, "x", "y", "width", "height"));
  if (element.localName === "circle") {
    const [x, y, r] = of(element, "cx", "cy", "r");
    path.arc(x, y, r, 0, 7);
  }
  return path;
}

function write(pen, element, style) {
  pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  pen.textAlign = { middle: "center", end: "right" }[style.textAnchor] ?? "left";
  const [x, y] = of(element, "x", "y");
  if (style.stroke !== "none" && style.paintOrder.startsWith("stroke")) pen.strokeText(element.textContent, x, y);
  pen.fillText(element.textContent, x, y);
}

async function draw(pen, element) {
  pen.save();
  place(pen, element);
  const style = getComputedStyle(element);
  pen.globalAlpha *= Number(style.opacity) || 1;
  [pen.fillStyle, pen.strokeStyle, pen.lineWidth, pen.lineJoin] = [style.fill, style.stroke, parseFloat(style.strokeWidth), "round"];
  if (["path", "rect", "circle"].includes(element.localName)) {
    const path = shapeOf(element);
    if (style.fill !== "none") pen.fill(path);
    if (style.stroke !== "none") pen.stroke(path);
  } else if (element.localName === "text") write(pen, element, style);
  else if (element.localName === "image") {
    const image = new Image();
    image.src = element.getAttribute("href");
    await image.decode();
    pen.drawImage(image, ...of(element, "x", "y", "width", "height"));
  } else for (const child of element.children) await draw(pen, child);
  pen.restore();
}

/** The drawing in a box of the canvas. */
export async function paintSvg(pen, svg, x, y, width) {
  const [, , whole, high] = svg.getAttribute("viewBox").split(" ").map(Number);
  pen.save();
  pen.translate(x, y);
  pen.scale(width / whole, width / whole);
  const frame = new Path2D();
  frame.rect(0, 0, whole, high);
  pen.clip(frame);
  for (const child of svg.children) await draw(pen, child);
  pen.restore();
}

export const heightOf = (svg, width) => {
  const [, , w, h] = svg.getAttribute("viewBox").split(" ").map(Number);
  return (width * h) / w;
};
