// The season as one column a day: weather, tonnes planned and done as bars, straw left as a line.
import { count, dateText, monthName, t, tonnes } from "./texts.js";
import { draw, make } from "./elements.js";

const LEFT_PAD = 0.04; // share of the height kept free above the line

export class DaySlider {
  /** `onDay(date)` is called when the reader asks for another day. */
  constructor(element, onDay) {
    this.element = element;
    this.onDay = onDay;
    this.days = [];
    this.chosen = -1;
    element.addEventListener("pointerdown", (event) => this.#startDrag(event));
    element.addEventListener("keydown", (event) => this.#key(event));
  }

  show(days) {
    this.days = days;
    const top_t = Math.max(1, ...days.map((day) => Math.max(day.planned_t, day.done_t)));
    this.columns = days.map((day, index) => column(day, index, top_t));
    this.element.replaceChildren(...this.columns, leftLine(days));
    this.element.setAttribute("aria-valuemin", "0");
    this.element.setAttribute("aria-valuemax", String(days.length - 1));
  }

  choose(date) {
    this.columns[this.chosen]?.classList.remove("is-chosen");
    this.chosen = this.days.findIndex((day) => day.date === date);
    const day = this.days[this.chosen];
    if (!day) return;
    this.columns[this.chosen].classList.add("is-chosen");
    this.element.setAttribute("aria-valuenow", String(this.chosen));
    this.element.setAttribute("aria-valuetext", `${dateText(date)}, ${sourceText(day.source)}`);
  }

  /** The day `by` days from the chosen one, kept within the season; undefined before days are shown. */
  neighbour(by) {
    return this.days[Math.min(this.days.length - 1, Math.max(0, this.chosen + by))];
  }

  step(by) {
    const day = this.neighbour(by);
    if (day && day !== this.days[this.chosen]) this.onDay(day.date);
  }

  /** The day planned truck by truck that is nearest to the chosen one; undefined where there is none. */
  nearestDetailed() {
    const detailed = this.days.map((day, index) => ({ day, gap: Math.abs(index - this.chosen) })).filter(({ day }) => day.source === "plan");
    return detailed.sort((a, b) => a.gap - b.gap)[0]?.day;
  }

  #key(event) {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: -7, PageDown: 7, Home: -1e6, End: 1e6 };
    if (!(event.key in steps) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.step(steps[event.key]);
  }

  #startDrag(event) {
    if (event.button !== 0 || !this.days.length) return;
    const go = (move) => {
      const box = this.element.getBoundingClientRect();
      const index = Math.floor(((move.clientX - box.left) / box.width) * this.days.length);
      const day = this.days[Math.min(this.days.length - 1, Math.max(0, index))];
      if (day !== this.days[this.chosen]) this.onDay(day.date);
    };
    this.element.setPointerCapture(event.pointerId);
    this.element.addEventListener("pointermove", go);
    this.element.addEventListener("pointerup", () => this.element.removeEventListener("pointermove", go), { once: true });
    go(event);
  }
}

export const sourceText = (source) => t(source === "plan" ? "planned truck by truck" : "programme only");

function column(day, index, top_t) {
  const label = make("span", { className: "slider-label" });
  const dayOfMonth = Number(day.date.slice(8));
  if (index === 0 || dayOfMonth === 1) label.append(make("b", { text: monthName(day.date) }));
  else label.append(String(dayOfMonth));
  const words = [
    `${dateText(day.date)} · ${sourceText(day.source)}`,
    t("{done} of {planned} t, {left} t left", { done: tonnes(day.done_t), planned: tonnes(day.planned_t), left: tonnes(day.left_t) }),
    weatherText(day.workable_fraction),
  ];
  return make(
    "div",
    {
      className: `slider-day is-${day.source}${day.source === "plan" ? " is-detailed" : ""}${day.workable_fraction < 1 ? " is-wet" : ""}`,
      title: words.join("\n"),
      data: { date: day.date },
    },
    make("span", { className: "slider-weather" }, weatherSign(day.workable_fraction)),
    make(
      "span",
      { className: "slider-bars" },
      make("span", { className: "bar-planned", style: { height: `${(100 * day.planned_t) / top_t}%` } }),
      make("span", { className: "bar-done", style: { height: `${(100 * day.done_t) / top_t}%` } }),
    ),
    label,
  );
}

function leftLine(days) {
  const top_t = Math.max(1, ...days.map((day) => day.left_t));
  const points = days.map((day, index) => `${index + 0.5},${(1 + LEFT_PAD - day.left_t / top_t) * 100}`).join(" ");
  return draw(
    "svg",
    { class: "slider-left", viewBox: `0 0 ${days.length} 104`, preserveAspectRatio: "none", "aria-hidden": "true" },
    draw("polyline", { points }),
  );
}

function weatherText(workable) {
  if (workable >= 1) return t("dry, baling all day");
  if (workable <= 0) return t("rain, no baling");
  return t("partly wet, baling {percent} of the shift", { percent: `${count(workable * 100)} %` });
}

// Sun, sun behind a drop, drops: told apart by shape.
function weatherSign(workable) {
  const svg = draw("svg", { width: 14, height: 13, viewBox: "0 0 14 13", "aria-hidden": "true" });
  const drop = (x) => draw("path", { d: `M${x} 3.5c-1.8 2.6-2.4 3.6-2.4 4.8a2.4 2.4 0 0 0 4.8 0c0-1.2-.6-2.2-2.4-4.8z`, fill: "#1f6fa8" });
  if (workable >= 1) svg.append(draw("circle", { cx: 7, cy: 7, r: 3, fill: "none", stroke: "#9a7b00", "stroke-width": 1.6 }));
  else if (workable <= 0) svg.append(drop(4), drop(10));
  else svg.append(drop(7));
  return svg;
}
