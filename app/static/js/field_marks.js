// Fields on the map: a colour and a shape by state; near enough, a letter (and a hatch on late ones) as well.
import * as L from "../vendor/leaflet/leaflet-src.esm.js";
import { t } from "./texts.js";

export const FIELD_STATES = ["g", "d", "r", "b", "c", "l"];
const LETTER_RADIUS = 6.5; // from this radius on a letter fits
const STYLES = readStyles();

const FieldMark = L.CircleMarker.extend({
  _updatePath() {
    this._renderer._updateFieldMark(this);
  },
});

L.Canvas.include({
  _updateFieldMark(layer) {
    if (!this._drawing || layer._empty()) return;
    drawField(this._ctx, layer._point.x, layer._point.y, layer.options.radius, layer.options.state, layer.options);
  },
});

export class FieldMarks {
  /** Marks of all fields on `map`; `onChoose(id)`, `tip(index)` gives the words under the pointer. */
  constructor(map, county, { onChoose, tip }) {
    this.map = map;
    this.county = county;
    const { id, lat, lon } = county.fields;
    const renderer = L.canvas({ pane: "fields", padding: 0.2, tolerance: 3 });
    this.marks = id.map((fieldId, index) => new FieldMark([lat[index], lon[index]], { renderer, pane: "fields", state: "g", index, fieldId, radius: 3 }));
    this.group = L.featureGroup(this.marks).addTo(map);
    this.group.on("click", (event) => {
      L.DomEvent.stop(event);
      onChoose(event.propagatedFrom.options.fieldId);
    });
    this.group.bindTooltip((mark) => tip(mark.options.index), { className: "map-tip", direction: "top", offset: [0, -4] });
    map.on("zoomend", () => this.#size());
    this.#size();
  }

  show(day) {
    this.marks.forEach((mark, index) => {
      mark.options.state = day.stateOf(index);
    });
    this.#redraw();
  }

  /** Rings around the fields of `ids`; fields outside are drawn paler while `fade` holds. */
  emphasise(ids, fade) {
    for (const mark of this.marks) {
      mark.options.isChosen = ids.has(mark.options.fieldId);
      mark.options.isFaded = fade && !mark.options.isChosen;
    }
    for (const mark of this.marks) if (mark.options.isChosen) mark.bringToFront();
    this.#redraw();
  }

  // A field's radius follows the square root of its area, and the zoom.
  #size() {
    const scale = 2 ** (0.62 * (this.map.getZoom() - 11));
    this.marks.forEach((mark, index) => {
      const area_mu = Math.max(this.county.fields.area_mu[index], 5);
      mark.options.radius = Math.min(26, Math.max(2.1, 0.42 * Math.sqrt(area_mu) * scale));
      mark._radius = mark.options.radius;
    });
    this.#redraw();
  }

  #redraw() {
    for (const mark of this.marks) mark.redraw();
  }
}

/** One field drawn at (x, y); also used by the key, so that both always agree. */
export function drawField(context, x, y, radius, state, { isChosen = false, isFaded = false } = {}) {
  const style = STYLES[state] ?? STYLES.g;
  context.save();
  context.globalAlpha = isFaded ? 0.3 : 1;
  context.beginPath();
  outline(context, x, y, radius, state);
  context.fillStyle = style.fill;
  context.fill();
  context.lineWidth = state === "l" ? Math.max(1.6, radius / 3.2) : radius > 4 ? 1.2 : 0.8;
  context.strokeStyle = style.line;
  context.stroke();
  if (radius >= LETTER_RADIUS) {
    if (state === "l") hatch(context, x, y, radius);
    letter(context, x, y, radius, t(`letter ${state}`), style.ink);
  } else if (state === "l") {
    cross(context, x, y, radius);
  }
  if (isChosen) {
    context.beginPath();
    context.arc(x, y, radius + 4, 0, 2 * Math.PI);
    context.lineWidth = 3;
    context.strokeStyle = "#fff";
    context.stroke();
    context.lineWidth = 2;
    context.strokeStyle = "#0060d0";
    context.stroke();
  }
  context.restore();
}

// Growing, drying and ready are round, baled is square, collected is a diamond, late is crossed or hatched.
function outline(context, x, y, r, state) {
  if (state === "b") {
    context.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
  } else if (state === "c") {
    context.moveTo(x, y - 1.15 * r);
    context.lineTo(x + 1.15 * r, y);
    context.lineTo(x, y + 1.15 * r);
    context.lineTo(x - 1.15 * r, y);
    context.closePath();
  } else {
    context.arc(x, y, r, 0, 2 * Math.PI);
  }
}

function hatch(context, x, y, r) {
  context.save();
  context.clip();
  context.lineWidth = 1;
  context.globalAlpha *= 0.45;
  context.beginPath();
  for (let shift = -2 * r; shift <= 2 * r; shift += 4) {
    context.moveTo(x + shift - r, y + r);
    context.lineTo(x + shift + r, y - r);
  }
  context.stroke();
  context.restore();
}

function cross(context, x, y, r) {
  context.beginPath();
  context.lineWidth = 1;
  context.moveTo(x - r * 0.6, y - r * 0.6);
  context.lineTo(x + r * 0.6, y + r * 0.6);
  context.moveTo(x + r * 0.6, y - r * 0.6);
  context.lineTo(x - r * 0.6, y + r * 0.6);
  context.stroke();
}

function letter(context, x, y, r, text, ink) {
  context.font = `600 ${Math.min(13, Math.round(r * 1.35))}px "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = ink;
  context.fillText(text, x, y + 0.5);
}

function readStyles() {
  const root = getComputedStyle(document.documentElement);
  const colour = (name) => root.getPropertyValue(`--field-${name}`).trim();
  return {
    g: { fill: colour("growing"), line: "#87919a", ink: "#333" },
    d: { fill: colour("drying"), line: "#9c8a3c", ink: "#333" },
    r: { fill: colour("ready"), line: "#7d6300", ink: "#2b2200" },
    b: { fill: colour("baled"), line: "#5f3800", ink: "#fff" },
    c: { fill: colour("collected"), line: "#1d5a2e", ink: "#fff" },
    l: { fill: "#fff", line: colour("late"), ink: "#8a0016" },
  };
}
