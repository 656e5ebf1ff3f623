// What is known about the selection, below the lists: facts and, for whatever is visited, who comes when.
import { choose, clearSelection } from "./selection.js";
import { make } from "./elements.js";
import { clock, decimal, MISSING, reasonText, shortDate, t, tonnes } from "./texts.js";
import { freeTonnes, isPlantAlarm, isYardAlarm } from "./place_marks.js";

export function showDetails(element, selection, day, county) {
  const parts = selection && day ? DETAILS[selection.kind]?.(selection.id, day, county) : null;
  element.hidden = !parts;
  element.replaceChildren(...(parts ?? []));
}

const DETAILS = { truck: truckDetails, baler: balerDetails, yard: yardDetails, plant: plantDetails, field: fieldDetails };

function head(title, link) {
  const close = make("button", { type: "button", text: "×", title: t("Clear the selection (Esc)"), aria: { label: t("Clear the selection (Esc)") }, on: { click: () => clearSelection("list") } });
  return make("div", { className: "detail-head" }, make("h2", { text: title }), link, close);
}

/** Pairs of name and value; a value may be a node; pairs without value are left out. */
function facts(...pairs) {
  const shown = pairs.filter(([, value]) => value != null && value !== "");
  return make("dl", { className: "facts" }, ...shown.map(([name, value]) => make("div", {}, make("dt", { text: name }), make("dd", {}, value))));
}

const linkTo = (kind, id, text) => make("button", { type: "button", className: "link-button", text, on: { click: () => choose(kind, id, "detail") } });
const placeLink = (id, county) => linkTo(county.place(id)?.kind ?? "field", id, county.placeName(id));
const inTonnes = (dry_t) => t("{n} t", { n: tonnes(dry_t) });
const alarm = (text, isAlarm) => make("span", { className: isAlarm ? "is-alarm" : "", text });
const hoursText = (place) => `${clock(place.open_from_min)}–${clock(place.open_until_min)}`;

function truckDetails(id, day, county) {
  const truck = county.truckById.get(id);
  if (!truck) return null;
  const work = day.truckDay.get(id);
  const sheet = work && make("a", { href: `/days/${day.date}/trucks/${encodeURIComponent(id)}`, target: "_blank", rel: "noopener", text: t("Printable sheet"), className: "sheet-link" });
  const shift = `${clock(truck.shift_start_min)} + ${t("{hours} h", { hours: decimal(truck.shift_hours) })}`;
  const base = facts([t("Yard"), placeLink(truck.home_yard_id, county)], [t("Shift"), shift], [t("Length of the day"), work ? t("{hours} h", { hours: decimal(work.hours) }) : t("no work on this day")]);
  const stops = work?.stops.map((stop) => [
    clock(stop.arrive), stop.end > stop.start ? `${clock(stop.start)}–${clock(stop.end)}` : "",
    make("span", { className: `action-${stop.action}`, text: t(stop.action) }), placeLink(stop.place_id, county), stop.dry_t ? tonnes(stop.dry_t) : "",
  ]);
  return [head(`${t("Truck")} ${id} · ${truck.truck_class}`, sheet), base, stops && table(stops)].filter(Boolean);
}

function balerDetails(id, day, county) {
  const baler = county.balerById.get(id);
  if (!baler) return null;
  const work = day.balerDay.get(id);
  const base = facts([t("Yard"), placeLink(baler.home_yard_id, county)], [t("Shift"), `${clock(baler.shift_start_min)} + ${t("{hours} h", { hours: decimal(baler.shift_hours) })}`], [t("Visits"), work ? null : t("no work on this day")]);
  const stops = work?.stops.map((stop) => [clock(stop.arrive), `${clock(stop.start)}–${clock(stop.end)}`, t("baling"), placeLink(stop.field_id, county), decimal(stop.area_mu)]);
  return [head(`${t("Baler")} ${id}`), base, stops && table(stops, "mu")].filter(Boolean);
}

function yardDetails(id, day, county) {
  const yard = county.place(id);
  const row = day.yardDay.get(id);
  if (!yard || !row) return null;
  return [
    head(yard.name),
    facts(
      [t("Stock"), inTonnes(row.closing_t)], [t("Capacity"), inTonnes(row.capacity_t)],
      ["", alarm(t("{n} t free", { n: tonnes(freeTonnes(row)) }), isYardAlarm(row))],
      [t("In · out"), `${tonnes(row.in_t)} · ${tonnes(row.out_t)}`], [t("Open"), hoursText(yard)], [t("Town"), county.townName(yard.town_id)],
    ),
    visitTable(id, day, county),
  ].filter(Boolean);
}

function plantDetails(id, day, county) {
  const plant = county.place(id);
  const row = day.plantDay.get(id);
  if (!plant || !row) return null;
  return [
    head(`${plant.name} · ${t(`use ${plant.use}`)}`),
    facts(
      [t("Cover"), alarm(t("{n} days", { n: decimal(row.cover_days) }), isPlantAlarm(row))], [t("Stock"), `${tonnes(row.closing_t)} / ${inTonnes(row.storage_t)}`],
      [t("Used"), inTonnes(row.used_t)], [t("Need"), inTonnes(plant.daily_need_t)], [t("Short"), row.short_t > 0.05 ? alarm(inTonnes(row.short_t), true) : null],
      [t("Open"), hoursText(plant)], [t("Town"), county.townName(plant.town_id)],
    ),
    visitTable(id, day, county),
  ].filter(Boolean);
}

function fieldDetails(id, day, county) {
  const field = county.field(id);
  if (!field) return null;
  const unserved = day.unserved.find((row) => row.field_id === id);
  return [
    head(`${t("Field")} ${id} · ${t(`state ${day.stateOf(field.index)}`)}`),
    facts(
      [t("Grower"), field.grower], [t("Town"), county.townName(field.town_id)], [t("Area"), `${decimal(field.area_mu)} ${t("mu")} · ${t(`crop ${field.crop}`)}`],
      [t("Left on the field"), `${tonnes(day.field_left_t[field.index])} / ${inTonnes(field.dry_straw_t)}`],
      [t("Ready from"), shortDate(field.ready_date)], [t("Clear by"), field.clear_by ? shortDate(field.clear_by) : null], [t("largest truck"), field.max_truck_class ?? t("all classes")],
      [t("Unserved"), unserved ? alarm(inTonnes(unserved.dry_t), true) : null], [t("Why"), unserved ? reasonText(unserved.reason) : null],
      [t("Would be served if"), unserved ? reasonText(unserved.would_be_served_if) : null],
    ),
    visitTable(id, day, county),
  ].filter(Boolean);
}

function visitTable(placeId, day, county) {
  const visits = day.visitsOf(placeId);
  if (visits.length) {
    return table(visits.map(({ machineKind, machineId, stop }) => [
      clock(stop.arrive), `${clock(stop.start)}–${clock(stop.end)}`, machineKind === "baler" ? t("baling") : make("span", { className: `action-${stop.action}`, text: t(stop.action) }),
      linkTo(machineKind, machineId, machineId), machineKind === "baler" ? `${decimal(stop.area_mu)} ${t("mu")}` : tonnes(stop.dry_t),
    ]));
  }
  const flows = day.flows.filter((flow) => flow.origin_id === placeId || flow.destination_id === placeId);
  if (!flows.length) return null;
  const byPartner = flows.sort((a, b) => b.dry_t - a.dry_t);
  return table(byPartner.map((flow) => [
    flow.origin_id === placeId ? "→" : "←", "", t(flow.kind), placeLink(flow.origin_id === placeId ? flow.destination_id : flow.origin_id, county), tonnes(flow.dry_t),
  ]));
}

function table(rows, unit = "t") {
  const body = rows.map(([first, second, action, place, amount]) => make(
    "tr", {}, make("td", { className: "number", text: first }), make("td", { text: second }), make("td", {}, action), make("td", { className: "wide" }, place), make("td", { className: "number", text: amount ?? MISSING }),
  ));
  const headings = [t("Arrives"), "", "", "", t(unit)].map((text, index) => make("th", { scope: "col", className: index === 0 || index === 4 ? "number" : "", text }));
  return make("table", { className: "stop-table" }, make("thead", {}, make("tr", {}, ...headings)), make("tbody", {}, ...body));
}
