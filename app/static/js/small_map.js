// A map of things that stand on the page as a table too, drawn on one canvas over the county's own roads and towns.
import { canvas, CircleMarker, control, geoJSON, map as newMap } from "../vendor/leaflet/leaflet-src.esm.js";
import { showBaseMap } from "./base_map.js";
import { withTiles } from "./map_tiles.js";

const CLOSEST_ZOOM = 14;
const MANY = 400; // from here marks are as small as the zoom asks and the names of towns do not make way for each of them
// The looks that a thing may have: never told apart by colour alone.
const LOOKS = {
  plain: { shape: "circle", color: "#0a5685", fillColor: "#2b6f8f" },
  second: { shape: "square", color: "#8a3b00", fillColor: "#d9480f" },
  third: { shape: "triangle", color: "#4a0078", fillColor: "#8400cd" },
  fourth: { shape: "diamond", color: "#00543f", fillColor: "#00a884" },
  alarm: { shape: "cross", color: "#b8001f", fillColor: "#b8001f" },
};

// Leaflet's canvas draws circles; this mark draws its shape there and is hit and hidden like a circle.
const ShapeMark = CircleMarker.extend({
  _updatePath() {
    const renderer = this._renderer;
    if (!renderer._drawing || this._empty()) return;
    const context = renderer._ctx;
    context.beginPath();
    trace(context, this._point.x, this._point.y, this._radius, this.options.shape);
    renderer._fillStroke(context, this);
  },
});

for (const element of document.querySelectorAll("[data-small-map]")) drawMap(element, JSON.parse(document.getElementById(element.dataset.smallMap).textContent));
for (const element of document.querySelectorAll("[data-points]")) drawPoints(element);
for (const sign of document.querySelectorAll("canvas[data-look]")) drawSign(sign);

async function drawPoints(element) {
  let answer = { pages: "", points: [] };
  try {
    const response = await fetch(element.dataset.points);
    if (!response.ok) throw new Error(String(response.status));
    answer = await response.json();
  } catch {
    element.closest("figure").querySelector(".map-failed").hidden = false;
  }
  const features = answer.points.map(([lon, lat, id, name]) => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: [lon, lat] },
    properties: { name: name === id ? id : `${name} · ${id}`, href: answer.pages + encodeURIComponent(id) },
  }));
  drawMap(element, { type: "FeatureCollection", features });
}

function drawMap(element, features) {
  const isMany = features.features.length > MANY;
  const map = newMap(element, { attributionControl: false, zoomSnap: 0.5, scrollWheelZoom: false, zoomAnimation: false, fadeAnimation: false });
  const renderer = canvas({ padding: 0.1, tolerance: 4 });
  const layer = geoJSON(features, {
    style: (feature) => ({ ...lookOf(feature), weight: isMany ? 1 : 2, fillOpacity: 0.45, renderer }),
    pointToLayer: (feature, place) => new ShapeMark(place, { ...lookOf(feature), radius: isMany ? 3.5 : 6, renderer }),
  });
  // One tooltip and one listener for all: thousands of each would take longer to make than the map to draw.
  layer.bindTooltip((mark) => label(mark.feature.properties.name), { sticky: true });
  layer.on("click", (event) => {
    const { href } = event.propagatedFrom.feature.properties;
    if (href) window.location.assign(href);
  });
  if (isMany) map.on("zoomend", () => layer.setStyle({ radius: radiusAt(map.getZoom()) }));
  const bounds = layer.getBounds();
  if (bounds.isValid()) map.fitBounds(bounds.pad(0.1), { maxZoom: CLOSEST_ZOOM, animate: false });
  // Paper has another width than the window and no next frame to draw in: the map goes there as it is, smaller or larger.
  window.matchMedia("print").addEventListener("change", ({ matches }) => {
    const { x, y } = map.getSize();
    const { width } = element.parentElement.getBoundingClientRect();
    Object.assign(element.style, matches ? { width: `${x}px`, height: `${y}px`, zoom: width / x } : { width: "", height: "", zoom: "" });
  });
  const places = isMany ? [] : features.features.filter(({ geometry }) => geometry.type === "Point").map(({ geometry }) => ({ lon: geometry.coordinates[0], lat: geometry.coordinates[1] }));
  withTiles(map, element);
  showBaseMap(map, places).then((isWhole) => element.setAttribute("data-base", isWhole ? "whole" : "partly"));
  layer.addTo(map);
  control.scale({ imperial: false }).addTo(map);
  element.dataset.drawn = String(features.features.length);
}

// A county of thousands is a cloud of dots, a village of dozens a group of marks.
function radiusAt(zoom) {
  return Math.min(6, Math.max(1.2, 1.2 * 1.45 ** (zoom - 9.5)));
}

function lookOf(feature) {
  return LOOKS[feature.properties.look] ?? LOOKS.plain;
}

function label(text) {
  const element = document.createElement("span");
  element.textContent = text;
  return element;
}

function drawSign(sign) {
  const look = LOOKS[sign.dataset.look] ?? LOOKS.plain;
  const context = sign.getContext("2d");
  context.scale(2, 2);
  context.beginPath();
  trace(context, 8, 8, 5, look.shape);
  context.globalAlpha = 0.45;
  context.fillStyle = look.fillColor;
  context.fill();
  context.globalAlpha = 1;
  context.lineWidth = 2;
  context.strokeStyle = look.color;
  context.stroke();
}

function trace(context, x, y, radius, shape) {
  const corners = { square: [[-1, -1], [1, -1], [1, 1], [-1, 1]], triangle: [[0, -1.2], [1.15, 0.9], [-1.15, 0.9]], diamond: [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]] }[shape];
  if (corners) {
    corners.forEach(([dx, dy], index) => context[index ? "lineTo" : "moveTo"](x + dx * radius * 0.9, y + dy * radius * 0.9));
    context.closePath();
  } else if (shape === "cross") {
    for (const way of [-1, 1]) {
      context.moveTo(x - radius, y - way * radius);
      context.lineTo(x + radius, y + way * radius);
    }
  } else context.arc(x, y, radius, 0, 2 * Math.PI);
}
