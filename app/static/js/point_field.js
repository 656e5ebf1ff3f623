// A map beside a form: a click puts the point there, what is typed moves it.
import { circleMarker, control, latLng, map as newMap } from "../vendor/leaflet/leaflet-src.esm.js";
import { showBaseMap } from "./base_map.js";

const LOOK = { color: "#b8001f", weight: 3, fillColor: "#b8001f", fillOpacity: 0.35, radius: 8 };
const CLOSE_ZOOM = 14;
const DECIMALS = 6;

for (const element of document.querySelectorAll("[data-point-field]")) setUp(element);

function setUp(element) {
  const lon = document.getElementById(element.dataset.lon);
  const lat = document.getElementById(element.dataset.lat);
  const map = newMap(element, { attributionControl: false, zoomSnap: 0.5, scrollWheelZoom: false });
  const mark = circleMarker([0, 0], LOOK);
  control.scale({ imperial: false }).addTo(map);
  map.setView([0, 0], 1);
  const typed = () => (lon.value.trim() && lat.value.trim() ? [Number(lat.value), Number(lon.value)] : [NaN, NaN]);
  const show = () => {
    const [y, x] = typed();
    if (!Number.isFinite(x) || !Number.isFinite(y) || Math.abs(y) > 90 || Math.abs(x) > 180) return mark.remove();
    mark.setLatLng(latLng(y, x)).addTo(map);
    if (!map.getBounds().contains(mark.getLatLng()) || map.getZoom() < 8) map.setView(mark.getLatLng(), CLOSE_ZOOM, { animate: false });
    return mark;
  };
  map.on("click", ({ latlng }) => {
    lon.value = latlng.lng.toFixed(DECIMALS);
    lat.value = latlng.lat.toFixed(DECIMALS);
    show();
  });
  for (const input of [lon, lat]) input.addEventListener("change", show);
  showBaseMap(map).then(() => element.setAttribute("data-base", "shown"));
  if (!typed().every(Number.isFinite)) showCounty(map);
  show();
}

// Without a point the whole county is shown, as far as its towns reach.
async function showCounty(map) {
  const answer = await fetch("/data/base_map.json", { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { towns } = await answer.json();
  if (towns.length) map.fitBounds(towns.map(({ lon, lat }) => [lat, lon]), { animate: false, padding: [40, 40], maxZoom: 12 });
}
