// Routes of trucks, loaded solid and empty dashed; on a programme day the tonnes that move from place to place.
import * as L from "../vendor/leaflet/leaflet-src.esm.js";
import { t, tonnes } from "./texts.js";
import { make } from "./elements.js";
import { legsOf } from "./day_plan.js";

const FLOW_COLOURS = { collect: "#6a5200", direct: "#8400cd", linehaul: "#1b3f6b" };

export class RouteLines {
  constructor(map, county, { onChoose }) {
    this.map = map;
    this.county = county;
    this.onChoose = onChoose;
    this.ways = null;
    this.renderer = L.canvas({ pane: "routes", padding: 0.2, tolerance: 4 });
    this.group = L.layerGroup().addTo(map);
  }

  /** `choice`: chosen, all or none. `machines`: keys of the machines that belong to the selection. */
  show(day, selection, choice) {
    this.group.clearLayers();
    if (!day || choice === "none") return;
    if (!day.isDetailed) {
      this.#showFlows(day, selection, choice);
      return;
    }
    const related = day.machinesOf(selection);
    if (choice === "all") {
      for (const truck of day.truckDay.values()) if (!related.has(`truck:${truck.id}`)) this.#drawTruck(truck, selection ? 0.2 : 0.5, 1.6);
    }
    if (selection?.kind === "truck" && related.size) this.#drawTruck(day.truckDay.get(selection.id), 1, 4, { isOne: true });
    else if (selection?.kind === "baler") this.#drawBaler(day.balerDay.get(selection.id));
    else if (selection) this.#drawVisitors(day, selection.id);
  }

  // Of the trucks that come to a place, only the ways to it and from it.
  #drawVisitors(day, placeId) {
    const trucks = new Set(day.visitsOf(placeId).filter((visit) => visit.machineKind === "truck").map((visit) => visit.machineId));
    for (const id of trucks) this.#drawTruck(day.truckDay.get(id), 0.85, 2.4, { touching: placeId });
  }

  #drawTruck(truck, opacity, weight, { isOne = false, touching = null } = {}) {
    if (!truck) return;
    const colour = this.county.truckById.get(truck.id)?.colour ?? "#333";
    const [loaded, empty] = [[], []];
    for (const leg of legsOf(truck.stops)) {
      if (touching === null || leg.from === touching || leg.to === touching) (leg.isLoaded ? loaded : empty).push(this.#path(leg.from, leg.to));
    }
    const line = (paths, extra) => L.polyline(paths, { renderer: this.renderer, pane: "routes", color: colour, weight, opacity, smoothFactor: 1.5, ...extra });
    if (isOne) {
      this.group.addLayer(line([...loaded, ...empty], { color: "#fff", weight: weight + 3, opacity: 0.85, interactive: false }));
    }
    const lines = [line(empty, { dashArray: isOne ? "7 7" : "4 5", weight: weight * 0.7 }), line(loaded, {})];
    for (const drawn of lines) {
      drawn.on("click", (event) => {
        L.DomEvent.stop(event);
        this.onChoose("truck", truck.id);
      });
      drawn.bindTooltip(truck.id, { sticky: true, className: "map-tip" });
      this.group.addLayer(drawn);
    }
    if (isOne) this.#label(truck.id, colour, truck.stops[0].place_id);
  }

  #drawBaler(baler) {
    if (!baler?.stops.length) return;
    const home = this.county.balerById.get(baler.id).home_yard_id;
    const ids = [home, ...baler.stops.map((stop) => stop.field_id), home];
    const paths = ids.slice(1).map((id, index) => this.#path(ids[index], id));
    this.group.addLayer(L.polyline(paths, { renderer: this.renderer, pane: "routes", color: "#fff", weight: 6, opacity: 0.85, interactive: false }));
    this.group.addLayer(L.polyline(paths, { renderer: this.renderer, pane: "routes", color: "#5c6414", weight: 3, dashArray: "2 6" }));
    this.#label(baler.id, "#5c6414", home);
  }

  #showFlows(day, selection, choice) {
    const place = selection && ["field", "yard", "plant"].includes(selection.kind) ? selection.id : null;
    if (choice === "chosen" && !place) return;
    for (const flow of day.flows) {
      const isOwn = place && (flow.origin_id === place || flow.destination_id === place);
      if (place && !isOwn && choice === "chosen") continue;
      const path = this.#path(flow.origin_id, flow.destination_id);
      const line = L.polyline(path, {
        renderer: this.renderer, pane: "routes", color: FLOW_COLOURS[flow.kind], weight: Math.min(7, 1 + Math.sqrt(flow.dry_t) / 4),
        opacity: isOwn ? 0.9 : place ? 0.15 : 0.45, smoothFactor: 1.5,
      });
      line.bindTooltip(
        () => `${t(flow.kind)}: ${this.county.placeName(flow.origin_id)} → ${this.county.placeName(flow.destination_id)}, ${t("{n} t", { n: tonnes(flow.dry_t) })}`,
        { sticky: true, className: "map-tip" },
      );
      this.group.addLayer(line);
    }
  }

  // Yards and plants are few and most ways end at one, so their trees serve nearly every way.
  #path(fromId, toId) {
    const from = this.county.place(fromId);
    const to = this.county.place(toId);
    if (!from || !to) return [];
    if (!this.ways) return [[from.lat, from.lon], [to.lat, to.lon]];
    const isHub = (place) => place.kind !== "field";
    return this.ways.between(from, to, isHub(from) || !isHub(to) ? from : to);
  }

  #label(words, colour, placeId) {
    const place = this.county.place(placeId);
    const element = make("span", { className: "route-label", text: words, style: { background: colour } });
    this.group.addLayer(L.marker([place.lat, place.lon], { pane: "labels", interactive: false, keyboard: false, icon: L.divIcon({ html: element, className: "", iconSize: [0, 0], iconAnchor: [-18, 22] }) }));
  }
}
