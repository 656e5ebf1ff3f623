// A small map of a few things, drawn from GeoJSON that stands in the page; no tiles, for nothing leaves the machine.
import { circleMarker, control, geoJSON, map as newMap } from "../vendor/leaflet/leaflet-src.esm.js";

const LOOK = { color: "#0a5685", weight: 2, fillColor: "#2b6f8f", fillOpacity: 0.35, radius: 6 };
const CLOSEST_ZOOM = 14;

for (const element of document.querySelectorAll("[data-small-map]")) {
  const features = JSON.parse(document.getElementById(element.dataset.smallMap).textContent);
  const map = newMap(element, { attributionControl: false, zoomSnap: 0.5, scrollWheelZoom: false });
  const layer = geoJSON(features, {
    style: LOOK,
    pointToLayer: (feature, place) => circleMarker(place, LOOK),
    onEachFeature: (feature, drawn) => {
      const { name, href } = feature.properties;
      const label = document.createElement("span");
      label.textContent = name;
      drawn.bindTooltip(label);
      if (href) drawn.on("click", () => window.location.assign(href));
    },
  }).addTo(map);
  control.scale({ imperial: false }).addTo(map);
  map.fitBounds(layer.getBounds().pad(0.1), { maxZoom: CLOSEST_ZOOM });
}
