// What each list shows: rows with cells to read, values to sort by, words to find.
import { make } from "./elements.js";
import { barSign, coverShare, freeTonnes, isPlantAlarm, isYardAlarm, yardShare } from "./place_marks.js";
import { clock, count, decimal, MISSING, reasonText, t, tonnes } from "./texts.js";

const number = (content, isAlarm = false) => ({ content, className: isAlarm ? "number is-alarm" : "number" });
const words = (content) => ({ content: content ?? MISSING });
const name = (content) => ({ content, className: "nowrap" });
const swatch = (colour, isRound = false) => make("span", { className: "swatch", style: { background: colour, "border-radius": isRound ? "50%" : "2px" } });

export const LISTS = {
  trucks: {
    sort: { key: "id", way: 1 },
    rows: (day, county) => [...county.truckById.values()].map((truck) => truckRow(truck, day, county)),
    count: (rows) => rows.filter((row) => row.isBusy).length,
    empty: () => t("not planned"),
  },
  balers: {
    sort: { key: "id", way: 1 },
    rows: (day, county) => [...county.balerById.values()].map((baler) => balerRow(baler, day, county)),
    count: (rows) => rows.filter((row) => row.isBusy).length,
    empty: () => t("not planned"),
  },
  yards: { sort: { key: "fill", way: -1 }, rows: (day, county) => county.yards.map((yard) => yardRow(yard, day.yardDay.get(yard.id))), empty: () => MISSING },
  plants: { sort: { key: "cover_days", way: 1 }, rows: (day, county) => county.plants.map((plant) => plantRow(plant, day.plantDay.get(plant.id))), empty: () => MISSING },
  unserved: { sort: { key: "dry_t", way: -1 }, rows: (day, county) => day.unserved.map((row) => unservedRow(row, county)), empty: () => t("Every tonne is served.") },
  departures: {
    sort: { key: "dry_t", way: -1 },
    rows: (day, county) => day.deviations.map((row) => departureRow(row, county)),
    empty: () => t("Nothing departs from own town and nearest plant first."),
  },
};

function truckRow(truck, day, county) {
  const work = day.truckDay.get(truck.id);
  const home = county.placeName(truck.home_yard_id);
  const loads = work ? work.hauls.filter((haul) => haul.haulId).length : null;
  return {
    kind: "truck",
    id: truck.id,
    isBusy: Boolean(work),
    className: work ? "" : "is-idle",
    search: `${truck.id} ${truck.truck_class} ${home}`,
    sort: { id: truck.id, truck_class: truck.truck_class, home, loads, dry_t: work?.dry_t, loaded_km: work?.loaded_km, empty_km: work?.empty_km, hours: work?.hours },
    cells: [
      name([swatch(truck.colour), truck.id]), name(truck.truck_class), name(home), number(count(loads)), number(tonnes(work?.dry_t)),
      number(decimal(work?.loaded_km)), number(decimal(work?.empty_km)), number(decimal(work?.hours)),
    ],
  };
}

function balerRow(baler, day, county) {
  const work = day.balerDay.get(baler.id);
  const home = county.placeName(baler.home_yard_id);
  const stops = work?.stops.length ? work.stops : null;
  const area_mu = stops?.reduce((sum, stop) => sum + stop.area_mu, 0);
  const [first, last] = stops ? [stops[0].arrive, stops.at(-1).end] : [null, null];
  return {
    kind: "baler",
    id: baler.id,
    isBusy: Boolean(stops),
    className: stops ? "" : "is-idle",
    search: `${baler.id} ${home}`,
    sort: { id: baler.id, home, fields: stops?.length, area_mu, first, last },
    cells: [name([swatch("#8f9a2f", true), baler.id]), name(home), number(count(stops?.length)), number(decimal(area_mu)), number(clock(first)), number(clock(last))],
  };
}

function yardRow(yard, row) {
  const share = yardShare(row);
  const isAlarm = isYardAlarm(row);
  const free_t = freeTonnes(row);
  return {
    kind: "yard",
    id: yard.id,
    search: `${yard.id} ${yard.name}`,
    sort: { name: yard.name, fill: share, free_t, closing_t: row?.closing_t, in_t: row?.in_t, out_t: row?.out_t },
    cells: [
      name(yard.name), { content: [barSign(share ?? 0, { isAlarm }), share == null ? MISSING : `${count(100 * share)} %`], className: "nowrap bar-cell" },
      number(tonnes(free_t), isAlarm), number(tonnes(row?.closing_t)), number(tonnes(row?.in_t)), number(tonnes(row?.out_t)),
    ],
  };
}

function plantRow(plant, row) {
  const isAlarm = isPlantAlarm(row);
  return {
    kind: "plant",
    id: plant.id,
    search: `${plant.id} ${plant.name}`,
    sort: { name: plant.name, cover_days: row?.cover_days, closing_t: row?.closing_t, in_t: row?.in_t, used_t: row?.used_t, short_t: row?.short_t },
    cells: [
      name(plant.name), { content: [barSign(coverShare(row), { isAlarm, colour: "#3c4f8f" }), make("span", { className: isAlarm ? "is-alarm" : "", text: decimal(row?.cover_days) })], className: "nowrap bar-cell" },
      number(tonnes(row?.closing_t)), number(tonnes(row?.in_t)), number(tonnes(row?.used_t)), number(tonnes(row?.short_t), row?.short_t > 0.05),
    ],
  };
}

function unservedRow(row, county) {
  const field = county.field(row.field_id);
  const town = field ? county.townName(field.town_id) : MISSING;
  const [reason, remedy] = [reasonText(row.reason), reasonText(row.would_be_served_if)];
  return {
    kind: "field",
    id: row.field_id,
    search: `${row.field_id} ${field?.grower ?? ""} ${town} ${reason} ${remedy}`,
    sort: { field_id: row.field_id, town, dry_t: row.dry_t, reason, would_be_served_if: remedy },
    cells: [name(row.field_id), name(town), number(tonnes(row.dry_t)), words(reason), words(remedy)],
  };
}

function departureRow(row, county) {
  const [origin, destination, preferred] = [row.origin_id, row.destination_id, row.preferred_id].map((id) => county.placeName(id));
  const reason = reasonText(row.reason);
  return {
    kind: county.place(row.origin_id)?.kind ?? "field",
    id: row.origin_id,
    search: `${row.rule} ${origin} ${destination} ${preferred} ${reason}`,
    sort: { rule: row.rule, origin, destination, preferred, dry_t: row.dry_t, reason },
    cells: [{ content: make("span", { title: t(row.rule), text: row.rule }) }, name(origin), words(destination), words(preferred), number(tonnes(row.dry_t)), words(reason)],
  };
}
