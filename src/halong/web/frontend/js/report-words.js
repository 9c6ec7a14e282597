/** Sentences of these pages, in their language. */
const found = document.getElementById("report-words");
const table = found ? JSON.parse(found.textContent) : {};

export const say = (key, values = {}) => (table[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

export const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

/** Shows or hides what is wrong, beside the field. */
export function fault(element, text) {
  if (!element) return;
  element.querySelector("span").textContent = text ?? "";
  element.hidden = !text;
}
