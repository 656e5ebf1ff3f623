// One day of the plan with the questions that the panes ask of it.
export class DayPlan {
  constructor(data, county) {
    Object.assign(this, data);
    this.county = county;
    this.isDetailed = data.source === "plan";
    this.yardDay = new Map(data.yards.map((row) => [row.id, row]));
    this.plantDay = new Map(data.plants.map((row) => [row.id, row]));
    this.truckDay = new Map(data.trucks.map((row) => [row.id, { ...row, hauls: haulsOf(row.stops) }]));
    this.balerDay = new Map(data.balers.map((row) => [row.id, row]));
    this.visitsByPlace = visitsByPlace(this);
  }

  stateOf(fieldIndex) {
    return this.field_states[fieldIndex];
  }

  /** Stops of trucks and balers at a place: [{machineKind, machineId, stop}], in order of arrival. */
  visitsOf(placeId) {
    return this.visitsByPlace.get(placeId) ?? [];
  }

  /** Machines that belong to the selection, as a set of "truck:K001" keys. */
  machinesOf(selection) {
    if (!selection) return new Set();
    if (selection.kind === "truck" || selection.kind === "baler") return new Set([machineKey(selection.kind, selection.id)]);
    return new Set(this.visitsOf(selection.id).map((visit) => machineKey(visit.machineKind, visit.machineId)));
  }

  /** Ids of places that the selection touches: a machine's stops, or the place itself. */
  placesOf(selection) {
    if (!selection) return new Set();
    if (selection.kind === "truck") return new Set(this.truckDay.get(selection.id)?.stops.map((stop) => stop.place_id));
    if (selection.kind === "baler") return new Set(this.balerDay.get(selection.id)?.stops.map((stop) => stop.field_id));
    return new Set([selection.id]);
  }
}

export const machineKey = (kind, id) => `${kind}:${id}`;

/** Legs of a truck's day, [{from, to, isLoaded, departs, arrives}], from its stops in order. */
export function legsOf(stops) {
  const legs = [];
  let onBoard_t = 0;
  for (let i = 0; i + 1 < stops.length; i += 1) {
    if (stops[i].action === "load") onBoard_t += stops[i].dry_t;
    if (stops[i].action === "unload") onBoard_t = 0;
    if (stops[i].place_id !== stops[i + 1].place_id) {
      legs.push({ from: stops[i].place_id, to: stops[i + 1].place_id, isLoaded: onBoard_t > 0, departs: stops[i].end, arrives: stops[i + 1].arrive });
    }
  }
  return legs;
}

// A haul with the way to it: [{haulId, kind, from, until, stops, isReturn}]; `from` is the end of the stop before.
function haulsOf(stops) {
  const hauls = [];
  for (let i = 1; i < stops.length; i += 1) {
    const stop = stops[i];
    const last = hauls.at(-1);
    if (last && stop.haul_id && last.haulId === stop.haul_id) {
      last.stops.push(stop);
      last.until = stop.end;
    } else {
      hauls.push({ haulId: stop.haul_id, kind: stop.kind, from: stops[i - 1].end, until: stop.end, stops: [stop], isReturn: stop.action === "return" });
    }
  }
  return hauls;
}

function visitsByPlace(day) {
  const visits = new Map();
  const add = (placeId, visit) => (visits.get(placeId) ?? visits.set(placeId, []).get(placeId)).push(visit);
  for (const truck of day.trucks) {
    for (const stop of truck.stops) {
      if (stop.haul_id) add(stop.place_id, { machineKind: "truck", machineId: truck.id, stop });
    }
  }
  for (const baler of day.balers) {
    for (const stop of baler.stops) add(stop.field_id, { machineKind: "baler", machineId: baler.id, stop });
  }
  for (const list of visits.values()) list.sort((a, b) => a.stop.arrive - b.stop.arrive);
  return visits;
}
