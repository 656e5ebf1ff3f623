// The map pane: the county's roads below, then fields, routes, yards and plants. It moves only when asked to.
import * as L from "../vendor/leaflet/leaflet-src.esm.js";
import { choose, clearSelection } from "./selection.js";
import { make } from "./elements.js";
import { drawField, FIELD_STATES, FieldMarks } from "./field_marks.js";
import { PlaceMarks } from "./place_marks.js";
import { showRoads, showTownNames } from "./road_lines.js";
import { RouteLines } from "./route_lines.js";
import { count, shortDate, t, tonnes } from "./texts.js";
import { Ways } from "./ways.js";

const PANES = { roads: 210, fields: 420, routes: 440, towns: 450, places: 620, labels: 640 };

export class CountyMap {
  constructor(element, county) {
    this.county = county;
    this.day = null;
    this.selection = null;
    this.map = L.map(element, { zoomControl: false, attributionControl: false, zoomSnap: 0.25, wheelPxPerZoomLevel: 110, minZoom: 8, maxZoom: 17, fadeAnimation: false, zoomAnimation: false, markerZoomAnimation: false });
    L.control.zoom({ zoomInTitle: t("Zoom in"), zoomOutTitle: t("Zoom out") }).addTo(this.map);
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(this.map);
    for (const [name, zIndex] of Object.entries(PANES)) this.map.createPane(name).style.zIndex = String(zIndex);
    this.map.getPane("towns").style.pointerEvents = "none";
    this.showWholeCounty();
    showTownNames(this.map, county.towns, [...county.placeById.values()]);
    const onChoose = (kind, id) => choose(kind, id, "map");
    this.fields = new FieldMarks(this.map, county, { onChoose: (id) => onChoose("field", id), tip: (index) => this.#fieldWords(index) });
    this.routes = new RouteLines(this.map, county, { onChoose });
    this.places = new PlaceMarks(this.map, county, { onChoose });
    this.map.on("click", () => clearSelection("map"));
    this.routeChoice = "chosen";
  }

  showWholeCounty() {
    this.map.fitBounds(this.county.bounds, { paddingTopLeft: [6, 16], paddingBottomRight: [6, 34], animate: false });
  }

  showRoads(roads) {
    showRoads(this.map, roads);
    this.routes.ways = new Ways(roads);
    this.#drawRoutes();
  }

  showDay(day, keyElement) {
    this.day = day;
    this.map.getContainer().classList.remove("has-no-day");
    this.fields.show(day);
    this.places.show(day);
    this.#emphasise();
    showKey(keyElement, day);
  }

  /** Takes everything that belongs to a day off the map; roads and towns stay. */
  clearDay(keyElement) {
    this.day = null;
    this.routes.show(null);
    this.map.getContainer().classList.add("has-no-day");
    keyElement.replaceChildren();
  }

  setRouteChoice(choice) {
    this.routeChoice = choice;
    this.#drawRoutes();
  }

  /** Shows the selection; brings it into view unless it was made on the map itself. */
  showSelection(selection, from) {
    this.selection = selection;
    this.#emphasise();
    if (selection && from !== "map" && this.day) this.#bringIntoView();
  }

  resize() {
    this.map.invalidateSize({ animate: false, pan: false });
  }

  #emphasise() {
    const ids = this.day ? this.day.placesOf(this.selection) : new Set(this.selection ? [this.selection.id] : []);
    this.fields.emphasise(ids, this.selection?.kind === "truck" || this.selection?.kind === "baler");
    this.places.emphasise(ids);
    this.#drawRoutes();
  }

  #drawRoutes() {
    this.routes.show(this.day, this.selection, this.routeChoice);
  }

  #bringIntoView() {
    const places = [...this.day.placesOf(this.selection)].map((id) => this.county.place(id)).filter(Boolean);
    if (!places.length) return;
    const bounds = L.latLngBounds(places.map((place) => [place.lat, place.lon]));
    if (!this.map.getBounds().contains(bounds)) this.map.fitBounds(bounds.pad(0.15), { maxZoom: Math.max(13, this.map.getZoom()), animate: false });
  }

  #fieldWords(index) {
    const { id, grower, town_id, ready_date, clear_by } = this.county.fields;
    const lines = [
      `${id[index]} · ${t(`state ${this.day?.stateOf(index) ?? "g"}`)}`,
      `${grower[index]}, ${this.county.townName(town_id[index])}`,
      `${t("Left on the field")}: ${t("{n} t", { n: tonnes(this.day?.field_left_t[index]) })}`,
      `${shortDate(ready_date[index])} – ${shortDate(clear_by[index])}`,
    ];
    const box = make("div");
    lines.forEach((line) => box.append(make("div", { text: line })));
    return box;
  }
}

function showKey(element, day) {
  const counts = Object.fromEntries(FIELD_STATES.map((state) => [state, 0]));
  for (const state of day.field_states) counts[state] += 1;
  element.replaceChildren(...FIELD_STATES.map((state) => make("li", {}, keySign(state), t(`state ${state}`), make("span", { className: "key-count", text: count(counts[state]) }))));
}

function keySign(state) {
  const density = 2;
  const canvas = make("canvas", { width: 18 * density, height: 18 * density, style: { width: "18px", height: "18px" } });
  const context = canvas.getContext("2d");
  context.scale(density, density);
  drawField(context, 9, 9, 7, state);
  return canvas;
}
