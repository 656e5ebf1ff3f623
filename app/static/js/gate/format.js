// Words, figures and the calculations of the gate. Words stand in the page (template "gate-texts"), never here.
let words = null;

/** The text of a key, each {name} replaced from `values`; an unknown key is shown as it is. */
export function say(key, values = {}) {
  words ??= new Map(
    [...document.getElementById("gate-texts").content.querySelectorAll("[data-text]")].map((each) => [
      each.dataset.text,
      each.textContent.trim().replace(/\s+/g, " "),
    ]),
  );
  const text = words.get(key) ?? key;
  return text.replace(/\{(\w+)\}/g, (gap, name) => (name in values ? String(values[name]) : gap));
}

/** The text of a key that comes from outside, or `otherwise` where nobody has written one. */
export function sayOr(key, otherwise, values = {}) {
  const text = say(key, values);
  return text === key ? otherwise : text;
}

export const MISSING = "–";
const thousands = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const county = "Asia/Shanghai";
const clockTime = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: county });
const isoDay = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeZone: county });

export const whole = (value) => (value == null ? MISSING : thousands.format(value));
export const kilograms = (kg) => (kg == null ? MISSING : `${thousands.format(kg)} kg`);
export const percent = (permille) => (permille == null ? MISSING : `${Math.floor(permille / 10)}.${permille % 10} %`);
export const tonnes = (kg) => (kg == null ? MISSING : (kg / 1000).toFixed(3));
/** The county's clock time of a UTC moment, and its day as 2026-11-12. */
export const timeOf = (moment) => (moment ? clockTime.format(new Date(moment)) : MISSING);
export const dayOf = (moment) => isoDay.format(new Date(moment));
/** The time of a moment of today; of another day with its month and day before it. */
export const whenOf = (moment) => `${dayOf(moment) === dayOf(new Date()) ? "" : `${dayOf(moment).slice(5)} `}${timeOf(moment)}`;
/** Minutes after midnight as 08:05. */
export const clock = (minutes) =>
  minutes == null
    ? MISSING
    : `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(Math.round(minutes) % 60).padStart(2, "0")}`;

/** A plate as it is painted on: its place, a dot, the rest. */
export const plateText = (plate) => (plate ?? "").replace(/^(\p{Script=Han}[A-Z])(?=.)/u, "$1·");
/** What a person reads out where a ticket has no number yet: the last eight signs of its id. */
export const shortId = (id) => id.replaceAll("-", "").slice(-8).toUpperCase();

/** Net weight in kg of two passes in either order; null while one is missing. */
export const netKg = (first, second) => (first == null || second == null ? null : Math.abs(first - second));

/** Mean of the means of groups of per-mille readings, none of them empty, half up; null without any group. In whole
 *  numbers all the way: a mean that is rounded on the way can end a per mille beside the server's. */
export function meanOfMeansPermille(groups) {
  if (!groups.length) return null;
  const common = groups.reduce((product, values) => product * BigInt(values.length), 1n);
  const sum = groups.reduce((total, values) => total + BigInt(values.reduce((a, b) => a + b, 0)) * (common / BigInt(values.length)), 0n);
  const parts = common * BigInt(groups.length);
  return Number((2n * sum + parts) / (2n * parts));
}

/** Dry straw in kg by the table of the rulebook: floor((2·net·num + den) / (2·den)); null where something is missing. */
export function dryKg(net, permille, table) {
  const numerator = table?.numerators?.[permille];
  if (net == null || permille == null || numerator == null) return null;
  const denominator = BigInt(table.denominator);
  return Number((2n * BigInt(net) * BigInt(numerator) + denominator) / (2n * denominator));
}
