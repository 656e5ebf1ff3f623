// The lists beside the map: one table a tab, sorted by a click on its heading, filtered by words, chosen by click or keys.
import { choose } from "./selection.js";
import { make } from "./elements.js";
import { LISTS } from "./list_columns.js";
import { compareText, t } from "./texts.js";

export class Lists {
  constructor(element, county) {
    this.element = element;
    this.county = county;
    this.tab = "trucks";
    this.sorts = {};
    this.selection = null;
    this.tabs = [...element.querySelectorAll("[role=tab]")];
    this.filter = element.querySelector("#list-filter");
    this.tabs.forEach((tab) => tab.addEventListener("click", () => this.open(tab.dataset.tab)));
    element.querySelector("[role=tablist]").addEventListener("keydown", (event) => this.#tabKey(event));
    this.filter.addEventListener("input", () => this.#fill(this.tab));
    for (const button of element.querySelectorAll("[data-sort]")) {
      button.addEventListener("click", () => this.#sort(button));
    }
    for (const body of element.querySelectorAll("[data-rows]")) {
      body.addEventListener("click", (event) => chooseRow(event.target.closest("tr")));
      body.addEventListener("keydown", (event) => rowKey(event));
    }
  }

  show(day) {
    this.day = day;
    this.rows = Object.fromEntries(Object.entries(LISTS).map(([name, list]) => [name, list.rows(day, this.county)]));
    for (const [name, rows] of Object.entries(this.rows)) {
      const busy = LISTS[name].count ? LISTS[name].count(rows) : rows.length;
      this.element.querySelector(`[data-count="${name}"]`).textContent = String(busy);
    }
    this.#fill(this.tab);
  }

  clear() {
    this.day = null;
    for (const body of this.element.querySelectorAll("[data-rows]")) body.replaceChildren();
    for (const tabCount of this.element.querySelectorAll("[data-count]")) tabCount.textContent = "";
    for (const empty of this.element.querySelectorAll("[data-empty]")) empty.hidden = true;
  }

  open(name, focus = false) {
    this.tab = name;
    for (const tab of this.tabs) {
      const isOpen = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(isOpen));
      tab.tabIndex = isOpen ? 0 : -1;
      if (isOpen && focus) tab.focus();
      this.element.querySelector(`#panel-${tab.dataset.tab}`).hidden = !isOpen;
    }
    if (this.day) this.#fill(name);
  }

  showSelection(selection, from) {
    this.selection = selection;
    if (!this.day) return;
    const home = { truck: "trucks", baler: "balers", yard: "yards", plant: "plants" }[selection?.kind];
    if (from !== "list" && from !== "day" && home && this.tab !== home) this.open(home);
    else this.#mark(this.tab);
    if (from !== "list") this.element.querySelector(`#panel-${this.tab} tr.is-chosen`)?.scrollIntoView({ block: "nearest" });
  }

  #fill(name) {
    if (!this.day) return;
    const list = LISTS[name];
    const words = this.filter.value.trim().toLowerCase();
    const rows = this.rows[name].filter((row) => !words || row.search.toLowerCase().includes(words));
    const { key, way } = this.sorts[name] ?? list.sort;
    rows.sort((a, b) => way * compareValues(a.sort[key], b.sort[key]));
    const body = this.element.querySelector(`[data-rows="${name}"]`);
    body.replaceChildren(...rows.map((row) => tableRow(row)));
    if (body.firstElementChild) body.firstElementChild.tabIndex = 0;
    const empty = this.element.querySelector(`[data-empty="${name}"]`);
    empty.hidden = rows.length > 0;
    empty.textContent = words && this.rows[name].length ? t("Nothing found for “{words}”.", { words }) : list.empty(this.day);
    this.#mark(name);
  }

  #mark(name) {
    const related = this.day.machinesOf(this.selection);
    const places = this.day.placesOf(this.selection);
    for (const row of this.element.querySelectorAll(`[data-rows="${name}"] tr`)) {
      const { kind, id } = row.dataset;
      const isChosen = this.selection?.kind === kind && this.selection.id === id;
      row.classList.toggle("is-chosen", isChosen);
      row.classList.toggle("is-related", !isChosen && (related.has(`${kind}:${id}`) || places.has(id)));
      row.setAttribute("aria-selected", String(isChosen));
    }
  }

  #sort(button) {
    const name = button.closest("table").querySelector("tbody").dataset.rows;
    const { sort: key } = button.dataset;
    const before = this.sorts[name] ?? LISTS[name].sort;
    this.sorts[name] = { key, way: before.key === key ? -before.way : 1 };
    for (const heading of button.closest("tr").children) heading.setAttribute("aria-sort", "none");
    button.closest("th").setAttribute("aria-sort", this.sorts[name].way > 0 ? "ascending" : "descending");
    this.#fill(name);
  }

  #tabKey(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const at = this.tabs.findIndex((tab) => tab.dataset.tab === this.tab);
    this.open(this.tabs[(at + by + this.tabs.length) % this.tabs.length].dataset.tab, true);
  }
}

function tableRow(row) {
  return make(
    "tr",
    { className: row.className ?? "", tabIndex: -1, data: { kind: row.kind, id: row.id } },
    ...row.cells.map(({ content, className }) => make("td", { className: className ?? "" }, ...[content].flat())),
  );
}

function compareValues(a, b) {
  if (a == null || b == null) return (a == null) - (b == null);
  return typeof a === "number" && typeof b === "number" ? a - b : compareText(String(a), String(b));
}

function chooseRow(row) {
  if (row?.dataset.id) choose(row.dataset.kind, row.dataset.id, "list");
}

// Up and down move through the rows and choose; Home and End go to the ends.
function rowKey(event) {
  const row = event.target.closest("tr");
  if (!row) return;
  const next = {
    ArrowDown: row.nextElementSibling,
    ArrowUp: row.previousElementSibling,
    Home: row.parentElement.firstElementChild,
    End: row.parentElement.lastElementChild,
    Enter: row,
    " ": row,
  }[event.key];
  if (!next) return;
  event.preventDefault();
  event.stopPropagation();
  row.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  chooseRow(next);
}
