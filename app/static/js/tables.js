// Tables made by the macro `data_table`: sorted by their headings, filtered by words. The rows stay as the server sent them.
import { offerWorkbook } from "./table_excel.js";

const language = document.documentElement.lang;
const isChinese = language.startsWith("zh");
// Chinese readers look names up by pinyin; figures inside a name count as figures.
const collator = new Intl.Collator(isChinese ? "zh-Hans-CN-u-co-pinyin" : language, { numeric: true });
// The tables of the language know one reading of each character; in names of places these are read otherwise.
const READ_AS = new Map([["\u957f", "\u5e38"]]); // chang, as in Chang'an, not zhang
const asRead = (text) => text.replace(/[\u957f]/g, (character) => READ_AS.get(character));
const whole = new Intl.NumberFormat(isChinese ? "zh-CN" : "en-GB");

for (const frame of document.querySelectorAll("[data-table-frame]")) setUp(frame);
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  for (const frame of detail.target.querySelectorAll("[data-table-frame]")) setUp(frame);
});

function setUp(frame) {
  const table = frame.querySelector("table[data-sortable]");
  const body = table.tBodies[0];
  const filter = frame.querySelector("[data-table-filter]");
  for (const button of table.querySelectorAll("[data-sort]")) {
    button.addEventListener("click", () => sortBy(table, body, button.closest("th")));
  }
  offerWorkbook(frame, table);
  if (!filter) return;
  const show = () => showMatching(frame, body, filter.value);
  filter.addEventListener("input", show);
  filter.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // it may stand in a form
  });
  show();
}

function sortBy(table, body, heading) {
  const way = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  const column = heading.cellIndex;
  const isNumber = heading.dataset.kind === "number";
  const keyed = [...body.rows].map((row) => ({ row, key: keyOf(row.cells[column], isNumber) }));
  keyed.sort((a, b) => compare(a.key, b.key, way));
  body.append(...keyed.map(({ row }) => row));
  table.dataset.ordered = "";
  for (const other of table.tHead.rows[0].cells) {
    if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
  }
  heading.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
}

function keyOf(cell, isNumber) {
  const text = cell?.dataset.value ?? cell?.textContent.trim() ?? "";
  if (text === "") return null;
  return isNumber ? Number(text) : text;
}

// What is missing comes last, whichever way the rest is sorted.
function compare(a, b, way) {
  if (a === null || b === null) return (a === null) - (b === null);
  return way * (typeof a === "number" && typeof b === "number" ? a - b : collator.compare(asRead(a), asRead(b)));
}

function showMatching(frame, body, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of body.rows) {
    const content = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => content.includes(word));
    if (!row.hidden) shown += 1;
  }
  const count = frame.querySelector("[data-table-count]");
  count.textContent = count.dataset.text.replace("{shown}", whole.format(shown)).replace("{all}", whole.format(body.rows.length));
  frame.querySelector("[data-table-none]").hidden = shown > 0 || body.rows.length === 0;
}
