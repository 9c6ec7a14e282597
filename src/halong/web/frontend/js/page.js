/** What the server tells the scripts of this page: words in its language, asset addresses, the live stream. */
const element = document.getElementById("halong-page");
export const page = element ? JSON.parse(element.textContent) : { words: {}, assets: {}, lang: "vi" };

/** A sentence of the page's language; `{name}` places are filled in. */
export function words(key, values = {}) {
  return (page.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** Loads a style sheet of the build once. */
export function style(href) {
  if (!href || document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  return new Promise((done) => {
    link.onload = link.onerror = done;
    document.head.append(link);
  });
}

const locale = () => (page.lang === "en" ? "en-GB" : "vi-VN");
const zone = "Asia/Ho_Chi_Minh";

export const number = (value, decimals = 2) =>
  value == null ? "–" : new Intl.NumberFormat(page.lang === "en" ? "en-US" : "vi-VN", { maximumFractionDigits: decimals }).format(value);
export const clock = (date, seconds = false) =>
  new Intl.DateTimeFormat(locale(), { timeZone: zone, hour: "2-digit", minute: "2-digit", ...(seconds && { second: "2-digit" }), hourCycle: "h23" }).format(date);
export const day = (date) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, day: "2-digit", month: "2-digit", year: "numeric" }).format(date);
export const dayMonth = (date) => day(date).slice(0, 5);
export const dateTime = (date) => `${day(date)} ${clock(date)}`;
export const longDay = (date) => `${new Intl.DateTimeFormat(locale(), { timeZone: zone, weekday: "long" }).format(date)}, ${day(date)}`;
