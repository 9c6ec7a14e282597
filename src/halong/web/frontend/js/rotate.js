/** The wall turns its pages: `<div data-rotate="30">` with `.wall-page` children. A critical alert inside holds it. */
export function rotate(host) {
  const pages = [...host.querySelectorAll(":scope > .wall-page")];
  const period = Math.max(20, Number(host.dataset.rotate) || 30) * 1000;
  let index = Math.max(0, pages.findIndex((page) => page.classList.contains("is-shown")));
  const show = (next) => {
    index = (next + pages.length) % pages.length;
    pages.forEach((page, i) => page.classList.toggle("is-shown", i === index));
  };
  const held = () => document.querySelector("[data-hold-rotation]") !== null;
  show(index);
  setInterval(() => !held() && show(index + 1), period);
  addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") show(index + 1);
    if (event.key === "ArrowLeft") show(index - 1);
  });
}

document.querySelectorAll("[data-rotate]").forEach(rotate);
