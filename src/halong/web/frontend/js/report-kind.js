/** What it is: kinds suggested by words and place, the questions of a kind, what the words sound like, the same near by. */
import { fault, make, say } from "./report-words.js";

const PAUSE = 500;

async function post(path, content) {
  const response = await fetch(`/c/api/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) });
  if (!response.ok) throw new Error(String(response.status));
  return response;
}

export class Kind {
  #form;
  #timer;
  #suggested = "";
  #near = "";

  constructor(form, where, follow) {
    this.#form = form;
    this.where = where;
    this.follow = follow;
    this.select = form.elements.category;
    this.text = form.elements.text;
    this.text.addEventListener("input", () => { clearTimeout(this.#timer); this.#timer = setTimeout(() => this.ask(), PAUSE); });
    this.select.addEventListener("change", () => { this.#suggested = ""; this.chosen(); });
    form.querySelector("[data-near]").addEventListener("click", (event) => {
      const button = event.target.closest("[data-same]");
      if (button) this.#same(button);
    });
  }

  /** Asks what fits; without network everything is still to be chosen by hand. */
  async ask() {
    const content = { text: this.text.value, place: this.#form.elements.place.value || null, ...this.where.point };
    let found;
    try { found = await (await post("check", content)).json(); } catch { return; }
    this.#kinds(found.kinds);
    this.#emergency(found.emergency);
    this.lawful(found.legal, found.channels);
    await this.#nearBy();
  }

  /** The questions of the chosen kind, and no others. */
  chosen() {
    for (const box of this.#form.querySelectorAll("[data-questions]")) box.hidden = box.disabled = box.dataset.questions !== this.select.value;
    for (const button of this.#form.querySelectorAll("[data-kind]")) button.setAttribute("aria-pressed", String(button.dataset.kind === this.select.value));
    if (this.select.value) fault(this.#form.querySelector("[data-kind-error]"), "");
    this.#nearBy().catch(() => {});
    this.#form.dispatchEvent(new Event("report:changed"));
  }

  #kinds(kinds) {
    const box = this.#form.querySelector("[data-kinds]");
    box.hidden = kinds.length === 0;
    box.replaceChildren(...kinds.map(({ code, name, why }) => {
      const button = make("button", { type: "button", className: "report-kind" }, make("b", { textContent: name }), make("small", { textContent: why }));
      button.dataset.kind = code;
      button.addEventListener("click", () => { this.#suggested = ""; this.select.value = code; this.chosen(); });
      return button;
    }));
    // The likeliest is chosen, as long as nobody has chosen for himself; words that tell another thing aren't overruled by the place.
    if (!this.select.value || this.select.value === this.#suggested) {
      const [first] = kinds;
      this.select.value = this.#suggested = first && (first.told || !this.text.value.trim()) ? first.code : "";
    }
    this.chosen();
  }

  #emergency(number) {
    const box = this.#form.querySelector("[data-emergency]");
    if (box.hidden === !number) return;
    box.hidden = !number;
    box.querySelector("p").textContent = number ? say("emergency", { number }) : "";
    Object.assign(box.querySelector("a"), { href: `tel:${number}`, textContent: number });
  }

  /** Leads complaints and denunciations to their lawful channel; who says that it is a report goes on. */
  lawful(matter, channels) {
    const box = this.#form.querySelector("[data-channels]");
    if (!matter) { box.replaceChildren(); return; }
    if (box.dataset.matter === matter && box.firstElementChild) return;
    box.dataset.matter = matter;
    box.replaceChildren(this.#form.querySelector("[data-lawful-template]").content.cloneNode(true));
    for (const title of box.querySelectorAll("[data-lawful-title]")) title.hidden = title.dataset.lawfulTitle !== matter;
    box.querySelector("[data-lawful-channels]").append(...(channels ?? []).map(({ name, words }) => make("p", {}, make("b", { textContent: name }), make("br"), words)));
  }

  async #nearBy() {
    const box = this.#form.querySelector("[data-near]"), { lon, lat } = this.where.point;
    if (!this.select.value || lon === undefined) { box.replaceChildren(); this.#near = ""; return; }
    const content = { category: this.select.value, lon, lat, text: this.text.value }, key = JSON.stringify(content);
    if (key === this.#near) return;
    this.#near = key;
    const html = await (await post("near", content)).text();
    if (key === this.#near) box.replaceChildren(document.createRange().createContextualFragment(html));
  }

  async #same(button) {
    button.disabled = true;
    try {
      await this.follow(button.dataset.same);
    } catch (trouble) {
      button.disabled = false;
      fault(button.closest("li").querySelector(".field-error"), (trouble instanceof TypeError ? "" : trouble.message) || say("failed"));
    }
  }
}
