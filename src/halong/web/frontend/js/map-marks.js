/** The shapes of the statuses as images of the map, drawn sharp for the screen. */
const SHAPES = { normal: null, attention: "M6 1.2 11 10.6H1Z", high: "M6 .8 11.2 6 6 11.2.8 6Z", critical: "M1.5 1.5h9v9h-9Z", stale: "M1.2 5.2h9.6v1.6H1.2Z", dead: "M2.6 1.2 6 4.6 9.4 1.2 10.8 2.6 7.4 6 10.8 9.4 9.4 10.8 6 7.4 2.6 10.8 1.2 9.4 4.6 6 1.2 2.6Z" };
const TOKENS = { normal: "st-good", attention: "st-attention", high: "st-high", critical: "st-critical", stale: "stale", dead: "ink-3" };

/** On a wall everything on the plate is as large as the eye needs it from the far end of the room. */
export const wallScale = () => {
  const wall = document.querySelector(".wall"); // a whole screen, or the small one of the editor
  if (wall) return Math.max(0.3, wall.clientHeight / 560);
  return matchMedia("(min-width: 2400px) and (min-height: 1200px)").matches ? 1.6 : 1; // as large.css
};

/** Things are dots; the place names step aside for them, which only images make them do. */
function addDots(map, tokens, ratio) {
  const side = Math.round(8 * wallScale() * ratio);
  for (const [name, inside, edge] of [["thing", "ink-2", "panel"], ["thing-stale", "panel", "ink-3"]]) {
    const pen = Object.assign(document.createElement("canvas"), { width: side, height: side }).getContext("2d");
    pen.scale(side / 8, side / 8);
    pen.fillStyle = tokens[inside];
    pen.strokeStyle = tokens[edge];
    pen.arc(4, 4, 3.3, 0, 7);
    pen.fill();
    pen.stroke();
    put(map, name, pen.getImageData(0, 0, side, side), ratio);
  }
}

function put(map, name, image, ratio) {
  if (map.hasImage(name)) map.updateImage(name, image);
  else map.addImage(name, image, { pixelRatio: ratio });
}

export function addMarks(map, tokens) {
  const ratio = Math.max(2, devicePixelRatio);
  const side = Math.round(15 * wallScale() * ratio);
  for (const [state, shape] of Object.entries(SHAPES)) {
    const canvas = Object.assign(document.createElement("canvas"), { width: side, height: side });
    const pen = canvas.getContext("2d");
    pen.scale(side / 12, side / 12);
    pen.fillStyle = tokens[TOKENS[state]];
    if (shape) pen.fill(new Path2D(shape));
    else {
      pen.arc(6, 6, 4.6, 0, 7);
      pen.fill();
    }
    put(map, `mark-${state}`, pen.getImageData(0, 0, side, side), ratio);
  }
  addDots(map, tokens, ratio);
}
