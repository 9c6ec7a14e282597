/** Photos of the form: chosen, made smaller on the phone where that saves a slow network, kept, shown, removed. */
import { headOf, isHuge, kindOf, megapixels, placeOf, smaller } from "./report-exif.js";
import { forgetPhoto, keepPhoto, photoOf, randomId } from "./report-store.js";
import { fault, make, say } from "./report-words.js";

const MOST = 6, LARGEST = 25 * 1024 * 1024;
const MOST_OF = { png: 40, webp: 40 }; // what the server must decode whole

/** Why a file isn't taken, as the server would say; "" when it is. */
function refusal(file, head) {
  const kind = kindOf(head);
  if (!kind) return say("no photo", { name: file.name });
  return megapixels(head) > (MOST_OF[kind] ?? Infinity) ? say("too many pixels", { name: file.name }) : "";
}

export class Photos {
  #list;
  #error;
  #urls = new Map();

  /** `changed(photos, place)` hears of every change; `place` where a photo says where it was taken. */
  constructor(form, changed) {
    this.photos = [];
    this.changed = changed;
    this.#list = form.querySelector("[data-photos]");
    this.#error = form.querySelector("[data-photo-error]");
    for (const input of form.querySelectorAll("[data-photo-input]")) {
      input.addEventListener("change", async () => {
        const files = [...input.files];
        input.value = "";
        await this.#add(files);
      });
    }
  }

  async restore(photos) {
    this.photos = photos.filter(({ done }) => !done);
    for (const { key, huge } of this.photos) {
      const kept = await photoOf(key);
      if (kept) this.#preview(key, new Blob([kept.bytes], { type: kept.type }), huge);
    }
    this.#draw();
  }

  #preview(key, blob, huge) {
    if (!huge) this.#urls.set(key, URL.createObjectURL(blob));
  }

  async #add(files) {
    fault(this.#error, "");
    let place = null, added = false;
    for (const file of files) {
      if (this.photos.length >= MOST) { fault(this.#error, say("too many photos", { n: MOST })); break; }
      if (file.size > LARGEST) { fault(this.#error, say("too large")); continue; }
      const head = await headOf(file), wrong = refusal(file, head);
      if (wrong) { fault(this.#error, wrong); continue; }
      place ??= placeOf(head);
      const kept = await smaller(file, head), key = randomId(), huge = isHuge(head);
      await keepPhoto(key, kept);
      this.#preview(key, kept, huge);
      this.photos.push({ key, done: false, huge });
      added = true;
    }
    this.#draw();
    this.changed(this.photos, place, added);
  }

  async #remove(key) {
    this.photos = this.photos.filter((photo) => photo.key !== key);
    await forgetPhoto(key);
    URL.revokeObjectURL(this.#urls.get(key));
    this.#draw();
    this.changed(this.photos, null, false);
    (this.#list.querySelector("button") ?? this.#list.closest("section").querySelector("h2")).focus();
  }

  #draw() {
    this.#list.hidden = this.photos.length === 0;
    this.#list.replaceChildren(...this.photos.map(({ key }, n) => {
      const button = make("button", { type: "button", textContent: "×" });
      button.setAttribute("aria-label", say("remove photo", { n: n + 1 }));
      button.addEventListener("click", () => this.#remove(key));
      const unseen = () => make("span", { className: "report-unseen", textContent: say("photo", { n: n + 1 }) });
      if (!this.#urls.has(key)) return make("li", {}, unseen(), button);
      const image = make("img", { src: this.#urls.get(key), alt: say("photo", { n: n + 1 }) });
      // A HEIC that this browser can't show is still sent.
      image.addEventListener("error", () => image.replaceWith(unseen()));
      return make("li", {}, image, button);
    }));
  }
}
