/** ⌘K: one box that finds everything. The focus stays in the box; arrows move the choice among the answers, Enter opens it
    (a combobox with a listbox, as ARIA describes it). What was chosen lately stands there before anything is typed; it is
    kept for this tab only, for screens are shared. */
const RECENT = "halong:recent";
const MOST_RECENT = 6;

const kept = () => {
  try {
    return JSON.parse(sessionStorage.getItem(RECENT) ?? "[]");
  } catch {
    return [];
  }
};

class Search {
  #dialog;
  #input;
  #list;
  #at = -1;

  constructor(dialog) {
    this.#dialog = dialog;
    this.#input = dialog.querySelector("input");
    this.#list = dialog.querySelector(".search-results");
    document.addEventListener("keydown", (event) => {
      if (!(event.metaKey || event.ctrlKey) || event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      dialog.open ? dialog.close() : dialog.showModal();
    });
    new MutationObserver(() => dialog.open && this.#opened()).observe(dialog, { attributeFilter: ["open"] });
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#input.addEventListener("input", () => this.#input.value.trim() || this.#recent());
    new MutationObserver(() => this.#list.querySelector("[data-hit]:not([role]), .state") && this.#found()).observe(this.#list, { childList: true });
    this.#list.addEventListener("click", (event) => this.#remember(event.target.closest("[data-hit]")));
    dialog.querySelector("form").addEventListener("submit", (event) => {
      const hit = this.#hits[this.#at];
      if (!hit) return;
      event.preventDefault();
      hit.click();
    });
  }

  get #hits() {
    return [...this.#list.querySelectorAll("[data-hit]")];
  }

  #opened() {
    this.#input.select();
    if (!this.#input.value.trim()) this.#recent();
    fetch(`${this.#input.getAttribute("hx-get")}?q=`, { headers: { "HX-Request": "true" } }).catch(() => {}); // makes the names ready
  }

  /** Answers came: they are options of the box, and the first is chosen. */
  #found() {
    if (!this.#input.value.trim()) return this.#recent(); // an answer to what is no longer typed
    this.#adopt();
    this.#choose(this.#hits.length ? 0 : -1);
    this.#dialog.querySelector("[data-search-status]").textContent = (this.#list.querySelector("[data-search-count], .state") ?? this.#list).textContent.trim();
  }

  #adopt() {
    for (const hit of this.#hits) {
      hit.setAttribute("role", "option");
      hit.tabIndex = -1;
    }
    this.#input.setAttribute("aria-expanded", String(this.#hits.length > 0));
  }

  #recent() {
    const rows = kept();
    this.#list.replaceChildren();
    if (rows.length) {
      const group = document.createElement("section");
      group.append(this.#dialog.querySelector("[data-search-recent]").content.cloneNode(true));
      rows.forEach(({ label, kind, url, icon }, number) => {
        const hit = Object.assign(document.createElement("a"), { href: url, id: `recent-${number}` });
        hit.dataset.hit = "";
        hit.append(Object.assign(document.createElement("span"), { textContent: label }), Object.assign(document.createElement("small"), { textContent: kind }));
        hit.insertAdjacentHTML("afterbegin", icon);
        group.append(hit);
      });
      this.#list.append(group);
    }
    this.#adopt();
    this.#choose(-1);
  }

  #choose(at) {
    this.#at = at;
    this.#hits.forEach((hit, number) => hit.setAttribute("aria-selected", String(number === at)));
    const chosen = this.#hits[at];
    if (chosen) {
      this.#input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else this.#input.removeAttribute("aria-activedescendant");
  }

  #key(event) {
    const count = this.#hits.length;
    const steps = { ArrowDown: this.#at + 1, ArrowUp: this.#at - 1 };
    if (event.key in steps && count) {
      event.preventDefault();
      this.#choose((steps[event.key] + count) % count);
    } else if (event.key === "Escape" && this.#input.value) {
      event.preventDefault(); // first the words go, then the box
      this.#input.value = "";
      this.#recent();
    }
  }

  #remember(hit) {
    if (!hit) return;
    const row = { label: hit.querySelector("span").textContent, kind: hit.querySelector("small")?.textContent ?? "", url: hit.getAttribute("href"), icon: hit.querySelector("svg")?.outerHTML ?? "" };
    sessionStorage.setItem(RECENT, JSON.stringify([row, ...kept().filter((one) => one.url !== row.url)].slice(0, MOST_RECENT)));
  }
}

export function startSearch() {
  const dialog = document.getElementById("search");
  if (dialog) new Search(dialog);
  else sessionStorage.removeItem(RECENT); // signed out
}
