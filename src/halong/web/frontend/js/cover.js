/** Parts of a photo that are covered in the public copy: drawn with the pointer, or added and moved by keyboard.
    They are shares of the picture ([left, top, width, height], 0–1) in the form's field `covered`. */
const STEP = 0.01, LEAST = 0.015;
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const round = (value) => Math.round(value * 10000) / 10000;

function start(stage) {
  const form = stage.closest("form");
  const field = form.elements.covered;
  const boxes = [];

  const write = () => {
    field.value = JSON.stringify(boxes.map(({ sides }) => sides.map(round)));
  };
  const place = (box) => {
    const [left, top, width, height] = box.sides.map((side) => `${side * 100}%`);
    Object.assign(box.element.style, { left, top, width, height });
    write();
  };
  const label = () => boxes.forEach((box, i) => box.element.setAttribute("aria-label", stage.dataset.wordBox.replace("{n}", i + 1)));
  const remove = (box) => {
    const at = boxes.indexOf(box);
    boxes.splice(at, 1);
    box.element.remove();
    label();
    write();
    (boxes[Math.min(at, boxes.length - 1)]?.element ?? form.querySelector("[data-cover-add]")).focus();
  };
  const shift = (box, x, y) => {
    const [left, top, width, height] = box.sides;
    box.sides = [clamp(left + x, 0, 1 - width), clamp(top + y, 0, 1 - height), width, height];
    place(box);
  };
  const size = (box, x, y) => {
    const [left, top, width, height] = box.sides;
    box.sides = [left, top, clamp(width + x, LEAST, 1 - left), clamp(height + y, LEAST, 1 - top)];
    place(box);
  };
  const byKey = (box) => (event) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Delete" || event.key === "Backspace") remove(box);
    else if (step) (event.shiftKey ? size : shift)(box, step[0] * STEP, step[1] * STEP);
    else return;
    event.preventDefault();
  };
  const add = (sides) => {
    const element = Object.assign(document.createElement("button"), { type: "button", className: "cover-box" });
    const box = { element, sides };
    element.addEventListener("keydown", byKey(box));
    boxes.push(box);
    stage.append(element);
    label();
    place(box);
    return box;
  };

  const at = (event) => {
    const frame = stage.getBoundingClientRect();
    return [clamp((event.clientX - frame.left) / frame.width, 0, 1), clamp((event.clientY - frame.top) / frame.height, 0, 1)];
  };
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const [x, y] = at(event);
    const held = boxes.find(({ element }) => element === event.target);
    const box = held ?? add([x, y, 0, 0]);
    const from = [...box.sides];
    const drag = (moved) => {
      const [nx, ny] = at(moved);
      box.sides = held
        ? [clamp(from[0] + nx - x, 0, 1 - from[2]), clamp(from[1] + ny - y, 0, 1 - from[3]), from[2], from[3]]
        : [Math.min(x, nx), Math.min(y, ny), Math.abs(nx - x), Math.abs(ny - y)];
      place(box);
    };
    const drop = () => {
      stage.removeEventListener("pointermove", drag);
      if (box.sides[2] < LEAST / 2 || box.sides[3] < LEAST / 2) remove(box);
      else box.element.focus();
    };
    stage.setPointerCapture(event.pointerId);
    stage.addEventListener("pointermove", drag);
    stage.addEventListener("pointerup", drop, { once: true });
    stage.addEventListener("pointercancel", drop, { once: true });
  });
  form.querySelector("[data-cover-add]").addEventListener("click", () => add([0.4, 0.4, 0.2, 0.2]).element.focus());
  form.querySelector("[data-cover-clear]").addEventListener("click", () => {
    for (const { element } of boxes.splice(0)) element.remove();
    write();
  });
}

for (const stage of document.querySelectorAll("[data-cover]")) start(stage);
