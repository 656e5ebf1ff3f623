// The county's own roads as the base map: one canvas, a style by class, small roads only when near.
import * as L from "../vendor/leaflet/leaflet-src.esm.js";

const STYLE = {
  motorway: { color: "#75828e", weight: 3.4, from: 0 },
  trunk: { color: "#7a8792", weight: 3, from: 0 },
  primary: { color: "#808c97", weight: 2.6, from: 0 },
  secondary: { color: "#929da7", weight: 2, from: 0 },
  tertiary: { color: "#a8b2ba", weight: 1.4, from: 0 },
  unclassified: { color: "#bac3ca", weight: 1, from: 0 },
  residential: { color: "#c2cad0", weight: 1, from: 12 },
  service: { color: "#d3d8dc", weight: 0.8, from: 13 },
  track: { color: "#cfc8b2", weight: 0.9, from: 12 },
};
const OTHER = { color: "#c9d0d5", weight: 1, from: 0 };

/** Draws the answer of /data/roads.json below everything else. */
export function showRoads(map, roads) {
  const renderer = L.canvas({ pane: "roads", padding: 0.2 });
  const layers = roads.classes
    .map(({ road_class, lines }) => ({ style: STYLE[road_class.replace(/_link$/, "")] ?? OTHER, lines }))
    .sort((a, b) => a.style.weight - b.style.weight)
    .map(({ style, lines }) => ({
      style,
      line: L.polyline(lines, { renderer, pane: "roads", color: style.color, weight: style.weight, interactive: false, smoothFactor: 1.2 }),
    }));
  const fit = () => {
    const zoom = map.getZoom();
    const swell = Math.min(3, Math.max(0.8, 1.35 ** (zoom - 11.5)));
    for (const { line, style } of layers) {
      if (zoom >= style.from) {
        line.setStyle({ weight: style.weight * swell });
        if (!map.hasLayer(line)) line.addTo(map);
      } else if (map.hasLayer(line)) line.remove();
    }
  };
  map.on("zoomend", fit);
  fit();
}

/** Names of the towns, on the paper and out of the way of the pointer. */
export function showTownNames(map, towns) {
  for (const town of towns) {
    const icon = L.divIcon({ className: "town-name", html: document.createTextNode(town.name), iconSize: [90, 16] });
    icon.createIcon = () => {
      const element = document.createElement("div");
      element.textContent = town.name;
      icon._setIconStyles(element, "icon");
      return element;
    };
    L.marker([town.lat, town.lon], { pane: "towns", icon, interactive: false, keyboard: false }).addTo(map);
  }
}
