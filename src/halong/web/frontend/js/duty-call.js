/** The form of a telephone call: the first keystroke starts its clock, Enter in a line goes on to the next field, and
    Ctrl+Enter (⌘+Enter) saves. It comes with the page's first script: an Enter before it would send half a call. */
export function startCall() {
  const form = document.querySelector("[data-first-key-form]");
  const started = form?.querySelector("[data-first-key]");
  form?.addEventListener("input", () => {
    if (started && !started.value) started.value = new Date().toISOString();
  });
  form?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-submit-key]"));
      return;
    }
    if (!event.target.matches('input[type="text"], input[type="tel"]')) return;
    event.preventDefault();
    const fields = [...form.querySelectorAll("input:not([type=hidden]), textarea, button")];
    fields[fields.indexOf(event.target) + 1]?.focus();
  });
}
