// The timetable of trucks and balers (vis-timeline): a row a machine, a bar a haul with its parts.
import { DataSet, moment, Timeline } from "../vendor/vis-timeline/vis-timeline-graph2d.min.mjs";
import { choose } from "./selection.js";
import { draw, make } from "./elements.js";
import { machineKey } from "./day_plan.js";
import { clock, compareText, dateText, t, tonnes } from "./texts.js";

const MINUTE_MS = 60_000;
const MARGIN_MIN = 20;
const BAR_HEIGHT = 15;
// What a part looks like, drawn from minute `x` on for `w` minutes; later ones lie above.
const box = (top, height) => (x, w) => `M${x} ${top}h${w}v${height}h${-w}z`;
const line = (x, w) => `M${x} ${BAR_HEIGHT / 2}h${w}`;
const PART_SHAPES = { empty: line, wait: line, loaded: box(6, 3), load: box(1, 13), unload: box(1, 13), bale: box(1, 13) };
const FAR = { start: 0, end: 24 * 60 * MINUTE_MS };

export class Gantt {
  constructor(element, messageElement, county) {
    this.element = element;
    this.message = messageElement;
    this.county = county;
    this.choice = "all";
    this.selection = null;
    this.groups = new DataSet();
    this.items = new DataSet();
    element.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Shows `day`; `emptyMessage` (a node) fills the pane where nothing is timed. */
  show(day, emptyMessage) {
    this.day = day;
    this.rows = [];
    this.message.hidden = day.isDetailed;
    this.element.parentElement.classList.toggle("is-untimed", !day.isDetailed);
    this.message.replaceChildren(emptyMessage ?? "");
    if (!day.isDetailed) return;
    this.origin = Date.parse(`${day.date}T00:00:00Z`);
    const trucks = [...day.truckDay.values()].sort((a, b) => compareText(a.id, b.id));
    const balers = [...day.balerDay.values()].sort((a, b) => compareText(a.id, b.id));
    this.rows = [
      ...trucks.map((truck) => ({ kind: "truck", id: truck.id, parts: truck.hauls.flatMap(haulParts) })),
      ...balers.map((baler) => ({ kind: "baler", id: baler.id, parts: baler.stops.map(balingPart) })),
    ].filter((row) => row.parts.length);
    for (const row of this.rows) row.item = this.#item(machineKey(row.kind, row.id), row.parts);
    this.#fill();
    this.#fitWindow();
  }

  clear(message) {
    this.day = null;
    this.message.hidden = false;
    this.message.replaceChildren(message);
  }

  setChoice(choice) {
    this.choice = choice;
    if (this.day?.isDetailed) this.#fill();
  }

  showSelection(selection, from) {
    this.selection = selection;
    if (!this.day?.isDetailed) return;
    if (this.choice === "related") this.#fill();
    else this.#mark();
    if (selection && from !== "gantt") this.#scrollTo([...this.day.machinesOf(selection)][0]);
  }

  resize() {
    this.timeline?.redraw();
  }

  #makeTimeline(start, end) {
    const timeline = new Timeline(this.element, [], [], {
      start,
      end,
      moment: (date) => moment(date).utc(),
      height: "100%",
      stack: false,
      showCurrentTime: false,
      showMajorLabels: false,
      orientation: { axis: "top", item: "top" },
      margin: { axis: 0, item: { horizontal: 0, vertical: 2 } },
      groupHeightMode: "fixed",
      verticalScroll: true,
      horizontalScroll: false,
      zoomKey: "ctrlKey",
      zoomMin: 30 * MINUTE_MS,
      zoomMax: 48 * 60 * MINUTE_MS,
      selectable: false,
      showTooltips: false,
      groupOrder: "order",
      groupTemplate: (row) => (row ? this.#rowLabel(row) : ""),
      template: (item, element) => this.#bar(item, element),
      format: {
        minorLabels: (date, scale) => (scale === "weekday" || scale === "day" ? this.#dateLabel(date) : this.#clockLabel(date)),
        majorLabels: (date) => this.#dateLabel(date),
      },
    });
    // where there are more machines than fit, the keyboard scrolls them too
    this.element.querySelector(".vis-panel.vis-left").tabIndex = 0;
    timeline.on("click", ({ group }) => {
      const row = this.groups.get(group);
      if (row) choose(row.kind, row.machine, "gantt");
    });
    return timeline;
  }

  // The library lays out bars that come into view all at once, but bars added within the view one by one, which takes
  // seconds; so they are added while it looks at another year.
  #put(groups, items) {
    this.groups = new DataSet(groups);
    this.items = new DataSet(items);
    const { start, end } = this.timeline?.getWindow() ?? this.#span();
    this.timeline ??= this.#makeTimeline(start, end);
    this.timeline.setWindow(FAR.start, FAR.end, { animation: false });
    this.timeline.setData({ groups: this.groups, items: this.items });
    this.timeline.setWindow(start, end, { animation: false });
  }

  #fill() {
    const related = this.day.machinesOf(this.selection);
    const shown = this.rows.filter((row) => {
      if (this.choice === "trucks") return row.kind === "truck";
      if (this.choice === "balers") return row.kind === "baler";
      if (this.choice === "related") return related.has(machineKey(row.kind, row.id));
      return true;
    });
    this.#put(
      shown.map((row, order) => ({ id: machineKey(row.kind, row.id), kind: row.kind, machine: row.id, order, content: row.id, className: this.#rowClass(row, related) })),
      shown.map((row) => row.item),
    );
    const isNone = !shown.length;
    this.message.hidden = !isNone;
    if (isNone) this.message.replaceChildren(t("No machine drives for this selection on this day."));
    this.shown = shown;
  }

  #mark() {
    const related = this.day.machinesOf(this.selection);
    const changed = [];
    for (const group of this.groups.get()) {
      const className = this.#rowClass({ kind: group.kind, id: group.machine }, related);
      if (className !== group.className) changed.push({ id: group.id, className });
    }
    if (changed.length) this.groups.update(changed);
  }

  #rowClass(row, related) {
    if (this.selection?.kind === row.kind && this.selection.id === row.id) return `row-${row.kind} is-chosen`;
    return related.has(machineKey(row.kind, row.id)) ? `row-${row.kind} is-related` : `row-${row.kind}`;
  }

  #rowLabel(row) {
    const machine = row.kind === "truck" ? this.county.truckById.get(row.machine) : this.county.balerById.get(row.machine);
    const swatch = make("span", { className: "swatch", style: { background: machine?.colour ?? "#8f9a2f", "border-radius": row.kind === "baler" ? "50%" : "2px" } });
    return make("span", { className: "row-label", title: this.county.placeName(machine?.home_yard_id) }, swatch, row.machine, make("small", { text: row.kind === "truck" ? machine?.truck_class ?? "" : t("Baler") }));
  }

  // One bar a machine holds all parts of its day: two hundred bars are quick to lay out, two thousand are not.
  #item(key, parts) {
    const [from, until] = [parts[0].from, Math.max(parts.at(-1).until, parts[0].from + 1)];
    return { id: key, group: key, start: this.#at(from), end: this.#at(until), from, until, parts, limitSize: false };
  }

  // One path a kind of part, so that a row is a handful of elements however many loads it has. Its words come with the
  // pointer.
  #bar(item, element) {
    if (!item.parts) return "";
    const bar = draw("svg", { class: "day-bar", viewBox: `0 0 ${item.until - item.from} ${BAR_HEIGHT}`, preserveAspectRatio: "none" });
    for (const [name, shape] of Object.entries(PART_SHAPES)) {
      const parts = item.parts.filter((part) => part.name === name && part.until > part.from);
      const path = parts.map((part) => shape(part.from - item.from, part.until - part.from)).join("");
      if (path) bar.append(draw("path", { class: `part-${name}`, d: path }));
    }
    const title = draw("title");
    bar.append(title);
    bar.addEventListener("mousemove", (event) => {
      const box = bar.getBoundingClientRect();
      const minute = item.from + ((event.clientX - box.left) / box.width) * (item.until - item.from);
      const part = item.parts.find((candidate) => candidate.from <= minute && minute < candidate.until);
      title.textContent = part ? this.#partWords(part) : "";
    });
    element.replaceChildren(bar);
    return bar;
  }

  #partWords(part) {
    const what = { load: "loads", unload: "unloads", wait: "waits", loaded: "drives loaded", empty: "drives empty", bale: "baling" }[part.name];
    const where = part.placeId ? ` ${this.county.placeName(part.placeId)}` : "";
    const much = part.dry_t ? `, ${t("{n} t", { n: tonnes(part.dry_t) })}` : "";
    return `${clock(part.from)}–${clock(part.until)} ${t(what)}${where}${much}${part.haulId ? `\n${part.haulId} · ${t(part.kind)}` : ""}`;
  }

  #span() {
    const all = this.rows.map((row) => row.item);
    const from = Math.min(...all.map((item) => item.from)) - MARGIN_MIN;
    const until = Math.max(...all.map((item) => item.until)) + MARGIN_MIN;
    return all.length ? { start: this.#at(from), end: this.#at(until) } : { start: this.#at(0), end: this.#at(1440) };
  }

  #fitWindow() {
    const { start, end } = this.#span();
    this.timeline.setWindow(start, end, { animation: false });
  }

  // `focus` also moves the time window, which nobody asked for, so the window is put back.
  #scrollTo(key) {
    const row = this.rows.find((candidate) => machineKey(candidate.kind, candidate.id) === key);
    const item = row?.item;
    if (!item || !this.items.get(item.id)) return;
    const { start, end } = this.timeline.getWindow();
    this.timeline.focus(item.id, { animation: false, zoom: false });
    this.timeline.setWindow(start, end, { animation: false });
  }

  #key(event) {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || !this.shown?.length) return;
    event.preventDefault();
    const at = this.shown.findIndex((row) => row.kind === this.selection?.kind && row.id === this.selection?.id);
    const next = this.shown[Math.min(this.shown.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
    choose(next.kind, next.id, "keys");
  }

  #at(minutes) {
    return this.origin + minutes * MINUTE_MS;
  }

  #clockLabel(date) {
    return clock((date.valueOf() - this.origin) / MINUTE_MS);
  }

  #dateLabel(date) {
    return dateText(new Date(date.valueOf()).toISOString().slice(0, 10));
  }
}

// A haul in parts: the way there, waiting, loading, the way on, waiting, unloading.
function haulParts(haul) {
  const parts = [];
  const { haulId, kind } = haul;
  let { from } = haul;
  let isLoaded = false;
  for (const stop of haul.stops) {
    const placeId = stop.place_id;
    parts.push({ name: isLoaded ? "loaded" : "empty", from, until: stop.arrive, placeId });
    parts.push({ name: "wait", from: stop.arrive, until: stop.start, placeId });
    if (stop.haul_id) parts.push({ name: stop.action, from: stop.start, until: stop.end, placeId, dry_t: stop.dry_t, haulId, kind });
    isLoaded = stop.action === "load";
    from = stop.end;
  }
  return parts;
}

const balingPart = (stop) => ({ name: "bale", from: stop.start, until: stop.end, placeId: stop.field_id });
