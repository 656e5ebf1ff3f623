// Yards as a ring of their fill with the tonnes free; plants as a square with a bar of days in stock.
import * as L from "../vendor/leaflet/leaflet-src.esm.js";
import { count, decimal, t } from "./texts.js";
import { draw, make } from "./elements.js";

export const YARD_ALARM_SHARE = 0.9;
export const PLANT_ALARM_DAYS = 1;
const RING_RADIUS = 14;
const MARK_WIDTH = 36;
const SPREAD_ROUNDS = 12;
const COVER_FULL_DAYS = 10; // a full bar
const INK = "#16212c";
const ALARM = "#b8001f";

export class PlaceMarks {
  constructor(map, county, { onChoose }) {
    this.markById = new Map();
    for (const place of county.placeById.values()) {
      const element = make("div", { className: "place-mark", data: { place: place.id } });
      const mark = L.marker([place.lat, place.lon], {
        pane: "places",
        icon: L.divIcon({ html: element, className: "", iconSize: [34, 34], iconAnchor: [17, 17] }),
        keyboard: true,
        alt: place.name,
        title: "",
        riseOnHover: true,
      });
      mark.on("click", (event) => {
        L.DomEvent.stop(event);
        onChoose(place.kind, place.id);
      });
      mark.on("keypress", (event) => {
        if (event.originalEvent.key === "Enter") onChoose(place.kind, place.id);
      });
      mark.addTo(map);
      this.markById.set(place.id, { mark, element, place });
    }
    this.map = map;
    map.on("zoomend", () => this.#settle());
    this.#settle();
  }

  show(day) {
    for (const { mark, element, place } of this.markById.values()) {
      const sign = place.kind === "yard" ? yardSign(day.yardDay.get(place.id)) : plantSign(day.plantDay.get(place.id));
      // The name is drawn by the style sheet: the mark's own label begins with it.
      const name = make("span", { className: "place-name", data: { name: place.name } });
      element.replaceChildren(sign.svg, name);
      mark.getElement()?.setAttribute("aria-label", `${place.name}: ${sign.words}`);
      mark.getElement()?.setAttribute("title", `${place.name}: ${sign.words}`);
    }
  }

  emphasise(ids) {
    for (const [id, { element, mark }] of this.markById) {
      element.classList.toggle("is-chosen", ids.has(id));
      mark.setZIndexOffset(ids.has(id) ? 1000 : 0);
    }
  }

  #settle() {
    const marks = [...this.markById.values()];
    const points = marks.map(({ mark }) => this.map.latLngToLayerPoint(mark.getLatLng()));
    spreadPoints(points).forEach(({ x, y }, index) => {
      marks[index].element.style.transform = `translate(${x - points[index].x}px, ${y - points[index].y}px)`;
    });
    this.map.getContainer().classList.toggle("shows-names", this.map.getZoom() >= 12.5);
  }
}

/** Share of a yard that is full at the day's end; null where the stock is not known. */
export const yardShare = (row) => (row?.closing_t != null && row.capacity_t > 0 ? row.closing_t / row.capacity_t : null);
export const freeTonnes = (row) => (row?.closing_t == null ? null : row.capacity_t - row.closing_t);
export const isYardAlarm = (row) => yardShare(row) >= YARD_ALARM_SHARE;
export const isPlantAlarm = (row) => Boolean(row) && row.cover_days != null && row.cover_days < PLANT_ALARM_DAYS;

/** The points, those that lie nearer than a mark's width moved apart evenly; a few rounds settle a county. */
function spreadPoints(points) {
  const moved = points.map(({ x, y }) => ({ x, y }));
  for (let round = 0; round < SPREAD_ROUNDS; round += 1) {
    for (let i = 1; i < moved.length; i += 1) {
      for (let j = 0; j < i; j += 1) {
        const [dx, dy] = [moved[i].x - moved[j].x, moved[i].y - moved[j].y];
        const apart = Math.hypot(dx, dy);
        if (apart >= MARK_WIDTH) continue;
        const push = (MARK_WIDTH - apart) / 2;
        const [x, y] = apart > 0 ? [(dx / apart) * push, (dy / apart) * push] : [push, 0];
        moved[i].x += x;
        moved[i].y += y;
        moved[j].x -= x;
        moved[j].y -= y;
      }
    }
  }
  return moved;
}

function yardSign(row) {
  const share = Math.min(1, Math.max(0, yardShare(row) ?? 0));
  const free_t = freeTonnes(row);
  const isAlarm = isYardAlarm(row);
  const around = 2 * Math.PI * RING_RADIUS;
  const svg = draw(
    "svg",
    { width: 34, height: 34, viewBox: "0 0 34 34", "aria-hidden": "true" },
    draw("circle", { cx: 17, cy: 17, r: RING_RADIUS, fill: "#fff", stroke: "#c3ccd4", "stroke-width": 5 }),
    draw("circle", {
      cx: 17, cy: 17, r: RING_RADIUS, fill: "none", stroke: isAlarm ? ALARM : "#2b6f8f", "stroke-width": 5,
      "stroke-dasharray": `${share * around} ${around}`, transform: "rotate(-90 17 17)",
    }),
    draw("circle", { cx: 17, cy: 17, r: 16.6, fill: "none", stroke: INK, "stroke-width": 0.8 }),
    text(17, 21, count(free_t), isAlarm ? "alarm-text" : ""),
  );
  return { svg, words: t("{n} t free", { n: count(free_t) }) };
}

function plantSign(row) {
  const days = row?.cover_days ?? null;
  const isAlarm = isPlantAlarm(row);
  const colour = isAlarm ? ALARM : "#3c4f8f";
  const width = 30;
  const svg = draw(
    "svg",
    { width: 38, height: 34, viewBox: "0 0 38 34", "aria-hidden": "true" },
    draw("rect", { x: 0.5, y: 2.5, width: 37, height: 29, rx: 3, fill: "#fff", stroke: INK, "stroke-width": 1 }),
    // A factory's outline, so that a plant is told from a yard without colour.
    draw("path", { d: "M4 17V9l5 3V9l5 3V5.5h3.5V17z", fill: colour }),
    text(19.5, 16, decimalDays(days), `plant-days ${days >= 100 ? "is-long" : ""} ${isAlarm ? "alarm-text" : ""}`),
    draw("rect", { x: 4, y: 21, width, height: 7, fill: "#e3e7f1", stroke: "#7a86b0", "stroke-width": 0.8 }),
    draw("rect", { x: 4, y: 21, width: (width * Math.min(days ?? 0, COVER_FULL_DAYS)) / COVER_FULL_DAYS, height: 7, fill: colour }),
  );
  return { svg, words: t("{n} days", { n: decimal(row?.cover_days) }) };
}

const decimalDays = (days) => (days != null && days >= 10 ? count(days) : decimal(days));

function text(x, y, words, className) {
  const element = draw("text", { x, y, class: className });
  element.textContent = words;
  return element;
}

/** A small bar for a list cell, `share` of 1; `mark` draws a limit line at that share. */
export function barSign(share, { isAlarm = false, colour = "#2b6f8f" } = {}) {
  const filled = 44 * Math.min(1, Math.max(0, share));
  return draw(
    "svg",
    { width: 46, height: 10, viewBox: "0 0 46 10", "aria-hidden": "true" },
    draw("rect", { x: 0.5, y: 0.5, width: 45, height: 9, fill: "#eef1f4", stroke: "#8a97a3" }),
    draw("rect", { x: 1, y: 1, width: filled, height: 8, fill: isAlarm ? ALARM : colour }),
  );
}

export const coverShare = (row) => Math.min(1, (row?.cover_days ?? 0) / COVER_FULL_DAYS);
