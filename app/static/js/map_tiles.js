// Tiles of a map service below a map, only where the installation names one. Those of Chinese services are shifted
// (GCJ-02): everything here stays in WGS-84, and each tile layer is moved by the shift at the middle of what is seen.
import { GridLayer, TileLayer, latLng } from "../vendor/leaflet/leaflet-src.esm.js";

const AXIS_M = 6378245; // of Krasovsky's ellipsoid, which the shift was made for
const ECCENTRICITY = 0.00669342162296594323;

/** Where GCJ-02 draws a place of WGS-84, as [lat, lon] in degrees. */
export function gcj02(lat, lon) {
  const x = lon - 105;
  const y = lat - 35;
  const sines = (argument) => (20 * Math.sin(6 * Math.PI * argument) + 20 * Math.sin(2 * Math.PI * argument)) * (2 / 3);
  const waves = (argument, parts) => parts.reduce((sum, [height, length]) => sum + height * Math.sin((Math.PI * argument) / length), 0) * (2 / 3);
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + sines(x) + waves(y, [[20, 1], [40, 3]]) + waves(y, [[160, 12], [320, 30]]);
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + sines(x) + waves(x, [[20, 1], [40, 3]]) + waves(x, [[150, 12], [300, 30]]);
  const angle = (lat * Math.PI) / 180;
  const magic = 1 - ECCENTRICITY * Math.sin(angle) ** 2;
  const metresNorth = ((AXIS_M * (1 - ECCENTRICITY)) / (magic * Math.sqrt(magic))) * (Math.PI / 180);
  const metresEast = (AXIS_M / Math.sqrt(magic)) * Math.cos(angle) * (Math.PI / 180);
  return [lat + north / metresNorth, lon + east / metresEast];
}

const ShiftedTiles = TileLayer.extend({
  _setZoomTransform(level, center, zoom) {
    GridLayer.prototype._setZoomTransform.call(this, level, shifted(center), zoom);
  },
  _getTiledPixelBounds(center) {
    return GridLayer.prototype._getTiledPixelBounds.call(this, shifted(center));
  },
});
const shifted = ({ lat, lng }) => latLng(gcj02(lat, lng));

/** Puts the tiles that the page names (data-tiles, data-tile-datum) below everything else on the map. */
export function withTiles(map, element) {
  const { tiles, tileDatum } = element.dataset;
  if (!tiles) return;
  const Layer = tileDatum === "gcj02" ? ShiftedTiles : TileLayer;
  new Layer(tiles, { maxZoom: 18, opacity: 0.55 }).addTo(map);
}
