// Words and figures in the reader's language. The words come from the page's own dictionary, keyed by English msgid.
const dictionary = JSON.parse(document.getElementById("texts").textContent);
const language = dictionary.language.startsWith("zh") ? "zh-CN" : "en-GB";

const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const oneDecimal = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const dayAndMonth = new Intl.DateTimeFormat(language, { month: language === "zh-CN" ? "long" : "short", day: "numeric", timeZone: "UTC" });
const weekday = new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" });
const monthOnly = new Intl.DateTimeFormat(language, { month: "short", timeZone: "UTC" });

export const MISSING = "–";

/** The text of an English msgid, with each {name} replaced from `values`. */
export function t(msgid, values = {}) {
  const text = dictionary.texts[msgid] ?? msgid;
  return text.replace(/\{(\w+)\}/g, (whole_match, name) => (name in values ? values[name] : whole_match));
}

// What the planner writes has gaps for dates, places and figures: the longest pattern that fits is the right one.
const reasonPatterns = Object.entries(dictionary.reasons)
  .sort(([a], [b]) => b.length - a.length)
  .map(([msgid, text]) => {
    const names = [];
    const source = msgid.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{(\w+)\}/g, (_gap, name) => (names.push(name), "([^;]+?)"));
    return { names, text, fits: new RegExp(`^${source}$`) };
  });

/** A reason as the planner wrote it (English, dates as 2026-11-12), in the reader's language where it is known. */
export function reasonText(reason) {
  if (!reason) return MISSING;
  return reasonPart(reason) ?? reason.split("; ").map((part) => reasonPart(part) ?? part).join(language === "zh-CN" ? "；" : "; ");
}

function reasonPart(reason) {
  for (const { names, text, fits } of reasonPatterns) {
    const values = fits.exec(reason)?.slice(1);
    if (values) return text.replace(/\{(\w+)\}/g, (_gap, name) => reasonValue(values[names.indexOf(name)]));
  }
  return undefined;
}

const reasonValue = (value) => (/^\d{4}-\d\d-\d\d$/.test(value) ? shortDate(value) : (reasonPart(value) ?? value));

export const tonnes = (dry_t) => (dry_t == null ? MISSING : oneDecimal.format(dry_t));
export const decimal = (value) => (value == null ? MISSING : oneDecimal.format(value));
export const count = (value) => (value == null ? MISSING : whole.format(value));

/** Minutes after midnight as 24 h clock time; past midnight it runs on: 24:10. */
export function clock(minutes) {
  if (minutes == null) return MISSING;
  const rounded = Math.round(minutes);
  return `${String(Math.floor(rounded / 60)).padStart(2, "0")}:${String(rounded % 60).padStart(2, "0")}`;
}

const utc = (isoDate) => new Date(`${isoDate}T00:00:00Z`);
export const dateText = (isoDate) => `${dayAndMonth.format(utc(isoDate))} (${weekday.format(utc(isoDate))})`;
export const shortDate = (isoDate) => dayAndMonth.format(utc(isoDate));
export const monthName = (isoDate) => monthOnly.format(utc(isoDate));
export const compareText = new Intl.Collator(language, { numeric: true }).compare;
