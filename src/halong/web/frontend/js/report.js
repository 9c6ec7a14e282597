/** The reporting page: one question at a time, kept on the phone at every change, sent once. Without this script the same form
    is one plain page. */
import { Kind } from "./report-kind.js";
import { Mine, rememberFollowed } from "./report-mine.js";
import { Photos } from "./report-photos.js";
import { Where } from "./report-place.js";
import { onChange } from "./report-queue.js";
import { proof, startProving } from "./report-proof.js";
import { startPush } from "./report-push.js";
import { keepTrying, sendWaiting } from "./report-send.js";
import { draftOf, forgetDraft, isFull, keepDraft, keeps, randomId } from "./report-store.js";
import { fault, say } from "./report-words.js";

const STEPS = ["photo", "place", "kind"];
const KEPT = ["text", "category", "place", "lon", "lat", "accuracy_m", "located", "address", "email", "phone", "name"];
const CHECKED = ["wants_email", "wants_sms", "consents", "withheld", "insists"];

class ReportForm {
  #step = "photo";
  #saving;
  #sending = false;
  #over = false; // it waits or is sent: what stands in the form is no draft any more

  constructor(form) {
    this.form = form;
    this.id = randomId();
    this.writtenAt = Date.now();
    this.where = new Where(form, () => this.save());
    this.photos = new Photos(form, (photos, place, added) => this.#photosChanged(photos, place, added));
    this.kind = new Kind(form, this.where, (url) => this.#follow(url));
  }

  async start() {
    const { form } = this;
    for (const element of form.querySelectorAll("[data-js], [data-next], [data-count], [data-bar]")) element.hidden = false;
    form.addEventListener("click", (event) => {
      if (event.target.closest("[data-next]")) this.#next();
      if (event.target.closest("[data-back]")) this.#go(STEPS[STEPS.indexOf(this.#step) - 1]);
    });
    form.addEventListener("submit", (event) => { event.preventDefault(); this.#submit(); });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.target.matches("input:not([type=checkbox], [type=radio], [type=file])") || this.#step === "kind") return;
      event.preventDefault();
      this.#next();
    });
    for (const type of ["input", "change", "report:changed"]) form.addEventListener(type, () => this.save());
    addEventListener("pagehide", () => this.#keep());
    const [wanted] = [new URLSearchParams(location.search).get("draft")];
    const known = wanted && (await draftOf(wanted));
    if (known && !known.code) await this.#restore(known);
    else if (form.querySelector(".field-invalid, .field-error:not([hidden])")) this.#go("kind");
    else this.#go("photo", false);
    if (!this.where.known) this.where.locate();
    this.mine = [...form.querySelectorAll("[data-my-reports]")].map((box) => new Mine(box, () => (this.#over ? undefined : this.id), () => (this.#over ? this.id : undefined)));
    onChange(() => this.#gone());
    await this.#sayKept("");
    form.dataset.ready = "";
  }

  async #restore(draft) {
    this.id = draft.id;
    this.writtenAt = draft.writtenAt ?? Date.now();
    for (const name of KEPT) if (draft.fields[name] != null) this.form.elements[name].value = draft.fields[name];
    if (draft.legal) this.kind.lawful("complaint", []);
    for (const name of CHECKED) if (this.form.elements[name]) this.form.elements[name].checked = Boolean(draft.fields[name]);
    this.kind.chosen();
    for (const [code, value] of Object.entries(draft.answers ?? {})) this.#answer(code, [value].flat());
    await this.photos.restore(draft.photos);
    this.where.restore();
    if (draft.state !== "draft") await keepDraft({ ...draft, state: "draft" });
    this.#go(draft.fault ? "kind" : draft.step ?? "photo", false);
    this.#showFaults(draft);
  }

  #answer(code, values) {
    for (const field of this.form.querySelectorAll(`fieldset:not([disabled]) [name="attribute[${CSS.escape(code)}]"]`)) {
      if (["radio", "checkbox"].includes(field.type)) field.checked = values.includes(field.value);
      else field.value = values[0] ?? "";
    }
  }

  #showFaults({ fault: words, faults = {} }) {
    const beside = { text: "[data-text-error]", place: "[data-place-error]", category: "[data-kind-error]" };
    const left = [];
    for (const [name, text] of Object.entries(faults)) {
      if (beside[name]) fault(this.form.querySelector(beside[name]), text);
      else left.push(text);
    }
    if (faults.place) this.#go("place", false);
    fault(this.form.querySelector("[data-send-error]"), left.join(" ") || (Object.keys(faults).length ? "" : words));
  }

  #photosChanged(photos, place, added) {
    const next = this.form.querySelector('[data-step="photo"] [data-next]');
    if (place) this.where.byPhoto(place);
    next.classList.toggle("btn-primary", photos.length > 0);
    this.form.querySelector("[data-text-optional]").hidden = photos.length === 0;
    this.save();
    if (added && photos.length) this.#next();
  }

  #next() {
    if (this.#step === "place" && !this.where.check()) return;
    this.#go(STEPS[STEPS.indexOf(this.#step) + 1]);
  }

  #go(step, focus = true) {
    if (!step) return;
    this.#step = step;
    for (const section of this.form.querySelectorAll("[data-step]")) section.hidden = section.dataset.step !== step;
    const at = STEPS.indexOf(step);
    this.form.querySelector("[data-count]").textContent = at < 0 ? "" : say("step", { n: at + 1, of: STEPS.length });
    this.form.querySelectorAll("[data-bar] i").forEach((bar, n) => bar.classList.toggle("done", n <= at || at < 0));
    if (step === "kind") this.kind.ask();
    if (focus) {
      scrollTo({ top: 0 });
      this.form.querySelector(`#step-${step}`).focus({ preventScroll: true });
    }
    this.save();
  }

  #draft(state) {
    const { elements } = this.form;
    const fields = Object.fromEntries(KEPT.map((name) => [name, elements[name].value || null]));
    for (const name of CHECKED) fields[name] = Boolean(elements[name]?.checked);
    const answers = {};
    for (const field of this.form.querySelectorAll('fieldset[data-questions]:not([disabled]) [name^="attribute["]')) {
      if (["radio", "checkbox"].includes(field.type) ? !field.checked : !field.value.trim()) continue;
      (answers[field.name.slice(10, -1)] ??= []).push(field.value.trim());
    }
    const kindName = elements.category.value ? elements.category.selectedOptions[0].textContent : undefined;
    return { id: this.id, state, fields, answers, kindName, photos: this.photos.photos, step: this.#step, writtenAt: this.writtenAt, savedAt: Date.now() };
  }

  /** Keeps the draft a moment after the last change; nothing is kept of a page on which nothing was done. */
  save() {
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => this.#keep(), 300);
  }

  async #keep() {
    const draft = this.#draft("draft");
    if (this.#sending || this.#over || !(draft.photos.length || draft.fields.text || draft.fields.address || draft.fields.category)) return;
    const known = await draftOf(this.id);
    if (known && !["draft", "refused"].includes(known.state)) return; // another tab has sent it meanwhile
    await keepDraft(draft);
    this.#sayKept(say("saved"));
  }

  async #sayKept(words) {
    const trouble = (await keeps()) ? isFull() && "full" : "no storage";
    this.form.querySelector("[data-kept]").textContent = trouble ? say(trouble) : words;
  }

  #complete() {
    const { elements } = this.form;
    const words = elements.text.value.trim().length >= 5 || this.photos.photos.length > 0;
    fault(this.form.querySelector("[data-text-error]"), words ? "" : say("need text"));
    fault(this.form.querySelector("[data-kind-error]"), elements.category.value ? "" : say("need kind"));
    if (!words) elements.text.focus();
    else if (!elements.category.value) elements.category.focus();
    return words && Boolean(elements.category.value);
  }

  async #submit() {
    if (this.#step !== "kind") { this.#next(); return; }
    if (this.#sending || !this.#complete()) return;
    if (!this.where.known) { this.#go("place"); this.where.check(); return; }
    if (this.form.elements.website.value) { location.assign("/c/reports"); return; }
    this.#sending = true;
    clearTimeout(this.#saving);
    const button = this.form.querySelector("[data-send]");
    button.disabled = true;
    fault(this.form.querySelector("[data-send-error]"), "");
    this.form.querySelector("[data-kept]").textContent = say("checking");
    try {
      const known = await draftOf(this.id);
      if (known?.url) { location.assign(known.url); return; } // another tab has sent it
      await keepDraft(this.#draft("waiting"));
      await this.#sent(await sendWaiting());
    } catch {
      fault(this.form.querySelector("[data-send-error]"), say("failed"));
    }
    button.disabled = false;
    this.#sending = false;
  }

  async #sent({ later }) {
    const draft = await draftOf(this.id);
    this.form.querySelector("[data-kept]").textContent = "";
    if (draft.state === "refused") {
      if (draft.legal) { await this.kind.ask(); this.form.querySelector("[data-channels] input")?.focus(); }
      this.#showFaults(draft);
      return;
    }
    this.#over = true;
    if (draft.url && draft.state === "sent") { location.assign(`${draft.url}?sent=1`); return; }
    const why = draft.why === "busy" ? say("busy") : draft.why;
    this.form.querySelector("[data-done]").textContent = why || say(isFull() ? "send now" : later ? "will send" : "keep open");
    this.#go("done");
    for (const mine of this.mine) mine.draw();
    keepTrying();
  }

  /** What waited has gone while the page stayed open. */
  async #gone() {
    const draft = this.#step === "done" && (await draftOf(this.id));
    if (draft && draft.state === "sent") this.form.querySelector("[data-done]").textContent = say("sent", { number: draft.number });
  }

  async #follow(url) {
    const body = new URLSearchParams({ client_id: this.id, altcha: await proof() });
    const response = await fetch(url, { method: "POST", headers: { Accept: "application/json" }, body });
    const followed = await response.json();
    if (!response.ok) throw new Error(followed.detail ?? "");
    this.#over = true;
    await forgetDraft(this.id);
    await rememberFollowed({ id: randomId(), ...followed, category: this.form.elements.category.selectedOptions[0].textContent });
    location.assign(followed.url);
  }
}

export { keepTrying };

for (const form of document.querySelectorAll("[data-report]")) new ReportForm(form).start();
for (const box of document.querySelectorAll("[data-my-reports]:not([data-report] *)")) { new Mine(box); keepTrying(); }
for (const box of document.querySelectorAll("[data-push]")) startPush(box);
for (const form of document.querySelectorAll("[data-work]")) startProving(form);
