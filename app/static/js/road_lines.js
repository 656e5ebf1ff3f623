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

// A name's box, the marks' half width, and where a name may stand from its town's middle, the best first.
const NAME = { halfWidth: 32, halfHeight: 8 };
const MARK_HALF = 19;
const SHIFTS = [[0, 0], [0, -14], [0, 14], [0, -28], [0, 28], [-34, 0], [34, 0], [-34, -18], [34, -18], [-34, 18], [34, 18], [0, -40], [0, 40], [-52, 0], [52, 0]];

/** Names of the towns, on the paper and out of the way of the pointer, of the marks of `places` and of each other. */
export function showTownNames(map, towns, places) {
  const names = towns.map((town) => {
    const element = document.createElement("div");
    element.className = "town-name";
    const name = document.createElement("span");
    name.textContent = town.name;
    element.append(name);
    const icon = L.divIcon({ className: "", html: element, iconSize: [0, 0] });
    L.marker([town.lat, town.lon], { pane: "towns", icon, interactive: false, keyboard: false }).addTo(map);
    return { town, element };
  });
  const fit = () => {
    const taken = places.map((place) => ({ ...map.latLngToLayerPoint([place.lat, place.lon]), halfWidth: MARK_HALF, halfHeight: MARK_HALF }));
    for (const { town, element } of names) {
      const middle = map.latLngToLayerPoint([town.lat, town.lon]);
      const boxes = SHIFTS.map(([x, y]) => ({ x: middle.x + x, y: middle.y + y, ...NAME }));
      const box = boxes.find((free) => !taken.some((other) => overlap(free, other)));
      element.hidden = !box;
      if (!box) continue;
      taken.push(box);
      element.style.transform = `translate(${box.x - middle.x}px, ${box.y - middle.y}px)`;
    }
  };
  map.on("zoomend", fit);
  fit();
}

const overlap = (a, b) => Math.abs(a.x - b.x) < a.halfWidth + b.halfWidth && Math.abs(a.y - b.y) < a.halfHeight + b.halfHeight;
