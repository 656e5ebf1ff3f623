// The dispatcher's day: reads county, roads and days once, a day each time it is asked for, and keeps all panes in step.
import { County } from "./county.js";
import { DayPlan } from "./day_plan.js";
import { showDetails } from "./details.js";
import { make } from "./elements.js";
import { clearFigures, showFigures } from "./figures.js";
import { Gantt } from "./gantt.js";
import { Lists } from "./lists.js";
import { CountyMap } from "./map.js";
import { read, ReadingFailed } from "./reading.js";
import { choose, clearSelection, currentSelection, onSelection, selectionOfAddress } from "./selection.js";
import { DaySlider, sourceText } from "./slider.js";
import { makeSplitter } from "./splitter.js";
import { dateText, t } from "./texts.js";

const KEPT_DAYS = 12;
const SLOW_MS = 250; // a quicker answer needs no message

const find = (id) => document.getElementById(id);
const desk = find("content");
const panes = {};
const keptDays = new Map();
let county = null;
let day = null;
let asked = { date: desk.dataset.day, abort: null };
let coverTimer = 0;
const afterNextPaint = (task) => requestAnimationFrame(() => setTimeout(task));

start();

async function start() {
  cover(make("p", { className: "desk-message-text" }, make("span", { className: "spinner" }), t("Still reading …")), SLOW_MS);
  try {
    const [countyData, daysData, firstDay] = await Promise.all([read("/data/county.json", "county"), read("/data/days.json", "list of days"), readDay(asked.date)]);
    county = new County(countyData);
    find("synthetic-mark").hidden = !countyData.synthetic;
    build(daysData.days);
    show(firstDay);
    uncover();
    afterNextPaint(readRoads);
  } catch (error) {
    fail(error, () => location.reload());
  }
}

function build(days) {
  panes.slider = new DaySlider(find("day-slider"), goTo);
  panes.slider.show(days);
  makeSplitter(find("list-splitter"), find("lists"), { axis: "width", least: { pane: 260, other: 260 }, onResize: resizePanes });
  makeSplitter(find("gantt-splitter"), find("gantt-pane"), { axis: "height", least: { pane: 70, other: 160 }, onResize: resizePanes });
  panes.map = new CountyMap(find("map"), county);
  panes.lists = new Lists(find("lists"), county);
  panes.gantt = new Gantt(find("gantt"), find("gantt-message"), county);
  find("route-choice").value = panes.map.routeChoice;
  find("route-choice").addEventListener("change", (event) => panes.map.setRouteChoice(event.target.value));
  find("gantt-choice").addEventListener("change", (event) => panes.gantt.setChoice(event.target.value));
  find("whole-county").addEventListener("click", () => panes.map.showWholeCounty());
  find("unserved-figure").addEventListener("click", () => panes.lists.open("unserved"));
  find("previous-day").addEventListener("click", () => panes.slider.step(-1));
  find("next-day").addEventListener("click", () => panes.slider.step(1));
  document.addEventListener("keydown", pageKey);
  find("language-switch").form.addEventListener("submit", (event) => {
    event.target.elements.next.value = location.pathname + location.hash;
  });
  window.addEventListener("popstate", () => goTo(location.pathname.split("/")[2], { isBack: true }));
  window.addEventListener("hashchange", selectFromAddress);
  onSelection(showSelection);
  selectFromAddress();
}

function selectFromAddress() {
  const named = selectionOfAddress();
  if (named) choose(named.kind, named.id, "address");
  else clearSelection("address");
}

async function goTo(date, { isBack = false } = {}) {
  if (date === asked.date && day?.date === date) return;
  asked.abort?.abort();
  const mine = { date, abort: new AbortController() };
  asked = mine;
  panes.slider.choose(date);
  nameDay(date);
  if (!isBack) history.pushState({}, "", `/days/${date}${location.hash}`);
  const waiting = setTimeout(() => {
    forget();
    cover(make("p", { className: "desk-message-text" }, make("span", { className: "spinner" }), t("Still reading …")));
  }, SLOW_MS);
  try {
    const answer = await readDay(date, mine.abort.signal);
    if (asked === mine) {
      show(answer);
      uncover();
    }
  } catch (error) {
    if (asked === mine && error.name !== "AbortError") {
      forget();
      fail(error, () => {
        asked = { date: null, abort: null };
        goTo(date, { isBack: true });
      });
    }
  } finally {
    clearTimeout(waiting);
  }
}

async function readDay(date, signal) {
  const kept = keptDays.get(date);
  if (kept) return kept;
  const answer = await read(`/data/days/${encodeURIComponent(date)}.json`, "day", signal);
  keptDays.set(date, answer);
  if (keptDays.size > KEPT_DAYS) keptDays.delete(keptDays.keys().next().value);
  return answer;
}

// The map works without its base; a failure is told beside it and can be tried again.
async function readRoads() {
  try {
    panes.map.showRoads(await read("/data/roads.json", "roads"));
    find("roads-notice")?.remove();
  } catch (error) {
    const retry = make("button", { type: "button", className: "small-button", text: t("Try again"), on: { click: readRoads } });
    find("roads-notice")?.remove();
    find("map").parentElement.append(make("p", { id: "roads-notice", className: "notice notice-warning pane-notice", aria: { role: "alert" } }, `${error.message} `, retry));
  }
}

function show(answer) {
  day = new DayPlan(answer, county);
  panes.slider.choose(day.date);
  nameDay(day.date, day.source);
  showFigures(find("figures"), day);
  panes.map.showDay(day, find("field-key"));
  panes.lists.show(day);
  showDetails(find("detail"), currentSelection(), day, county);
  panes.lists.showSelection(currentSelection(), "shown" in desk.dataset ? "day" : "address");
  panes.gantt.clear("");
  afterNextPaint(() => {
    if (day?.date !== answer.date) return;
    panes.gantt.show(day, day.isDetailed ? null : programmeMessage());
    panes.gantt.showSelection(currentSelection(), "day");
    desk.dataset.shown = day.date;
  });
}

// Nothing of another day stays under this day's name.
function forget() {
  day = null;
  desk.dataset.shown = "";
  clearFigures(find("figures"));
  panes.lists.clear();
  panes.map.clearDay(find("field-key"));
  panes.gantt.clear("");
  showDetails(find("detail"), null);
}

function showSelection(selection, from) {
  showDetails(find("detail"), selection, day, county); // first, for it takes room from the list
  panes.map.showSelection(selection, from);
  panes.lists.showSelection(selection, from);
  panes.gantt.showSelection(selection, from);
}

function nameDay(date, source) {
  find("day-date").textContent = dateText(date);
  const mark = find("day-source");
  mark.textContent = source ? sourceText(source) : "";
  mark.className = `source-mark ${source ? `source-${source}` : ""}`;
  document.title = document.title.replace(/\d{4}-\d\d-\d\d/, date);
}

function programmeMessage() {
  const box = make("div", {}, make("p", { text: t("This day is only in the season's programme: tonnes by field and yard, no truck times.") }));
  const nearest = panes.slider.nearestDetailed();
  if (nearest) {
    box.append(make("p", {}, make("button", { type: "button", className: "small-button", text: t("Go to {date}, which is planned truck by truck", { date: dateText(nearest.date) }), on: { click: () => goTo(nearest.date) } })));
  }
  const [before, after] = t("To plan it: {command}", { command: "\n" }).split("\n");
  box.append(make("p", {}, before, make("code", { text: `strawline plan SCENARIO --day ${asked.date} --out PLAN` }), after ?? ""));
  return box;
}

function pageKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    document.querySelectorAll("details.user-menu[open]").forEach((menu) => menu.removeAttribute("open"));
    clearSelection("keys");
    return;
  }
  if (event.target.closest("input, select, textarea, .leaflet-container, [role=tablist]")) return;
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    event.preventDefault();
    panes.slider.step(event.key === "ArrowLeft" ? -1 : 1);
  } else if (event.key === "f") {
    event.preventDefault();
    find("list-filter").focus();
  }
}

function resizePanes() {
  panes.map?.resize();
  panes.gantt?.resize();
}

function cover(content, after_ms = 0) {
  clearTimeout(coverTimer);
  const put = () => {
    find("desk-message").replaceChildren(content);
    find("desk-message").hidden = false;
  };
  if (after_ms) coverTimer = setTimeout(put, after_ms);
  else put();
}

function uncover() {
  clearTimeout(coverTimer);
  find("desk-message").hidden = true;
}

function fail(error, retry) {
  if (!(error instanceof ReadingFailed)) console.error(error);
  clearTimeout(coverTimer);
  const button = make("button", { type: "button", className: "btn btn-primary", text: t("Try again"), on: { click: retry } });
  cover(make("div", { className: "desk-message-box", aria: { role: "alert" } }, make("p", { text: error.message }), make("p", { text: t("What was on the screen before is not shown as if it were this day.") }), button));
}
