/** What this phone has kept: drafts, what waits, what was sent, with a way on. Only this phone knows the list. */
import { dateTime } from "./page.js";
import { onChange } from "./report-queue.js";
import { drafts, forgetDraft, keepDraft, keeps } from "./report-store.js";
import { make, say } from "./report-words.js";

const SIGN = { draft: "accent", waiting: "attention", sending: "accent", refused: "critical", sent: "good" };

function badge({ state, number }) {
  return make("span", { className: `badge badge-${SIGN[state] ?? "outline"}`, textContent: state === "sent" ? say("sent", { number: number ?? "" }) : say(state) });
}

function button(text, act, kind = "quiet") {
  const made = make("button", { type: "button", className: `btn btn-${kind}`, textContent: text });
  made.addEventListener("click", act);
  return made;
}

const link = (href, textContent) => make("a", { className: "btn", href, textContent });

function row(draft, redraw) {
  const { id, state, fields = {}, photos = [], code, url, fault, why } = draft;
  const left = photos.filter(({ done }) => !done).length;
  const text = draft.category ?? draft.kindName ?? fields.text?.slice(0, 60) ?? "";
  const notes = [fields.text, dateTime(new Date(draft.sentAt ?? draft.savedAt)), code && say("code", { code }), fault, state === "waiting" && (why === "busy" ? say("busy") : why), ...photos.map((photo) => photo.fault)].filter(Boolean);
  const actions = make("div", { className: "row" });
  if (url) actions.append(link(url, say("follow it")));
  if (state === "draft" || state === "refused") actions.append(link(`/c/report?draft=${id}`, say("continue")));
  if (["draft", "refused", "waiting"].includes(state) && !code) actions.append(button(say("discard"), async () => { await forgetDraft(id); redraw(); }));
  if (state === "sent") actions.append(button(say("forget"), async () => { await forgetDraft(id); redraw(); }));
  if (code && left) notes.push(say("photos left", { n: left }));
  return make("li", { className: "mine" }, make("div", { className: "mine-head" }, make("b", { textContent: text || say("no kind yet") }), badge(draft)),
    ...notes.map((note) => make("small", { textContent: note })), actions);
}

export class Mine {
  /** `besides`: a draft that isn't listed, `also`: one that is even when it is sent. */
  constructor(box, besides, also) {
    Object.assign(this, { box, besides, also });
    onChange(() => this.draw());
    this.draw();
  }

  async draw() {
    const open = this.box.dataset.myReports === "open";
    const rows = (await drafts()).filter(({ id, state }) => id !== this.besides?.() && (!open || state !== "sent" || id === this.also?.()));
    const hint = document.querySelector("[data-mine-empty]");
    if (hint) hint.hidden = rows.length > 0;
    const around = this.box.closest("[data-drafts-here], [data-mine-panel]");
    if (around) around.hidden = rows.length === 0;
    this.box.replaceChildren(make("ul", { className: "list-mine" }, ...rows.map((draft) => row(draft, () => this.draw()))));
  }
}

/** Puts a report that is opened by its link into the list of this phone, so that it is found again. */
export async function rememberFollowed({ id, code, number, url, category }) {
  if (!(await keeps())) return;
  await keepDraft({ id, state: "sent", code, number, url, category, photos: [], fields: {}, sentAt: Date.now() });
}
