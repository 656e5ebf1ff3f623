// What lies below the things on every map: the county's own roads and the names of its towns. Nothing leaves the machine.
import { showRoads, showTownNames } from "./road_lines.js";

const PANES = { roads: 210, towns: 450 };

/** Makes the panes that roads and names are drawn in; `others` by name and height. */
export function makePanes(map, others = {}) {
  for (const [name, zIndex] of Object.entries({ ...PANES, ...others })) map.createPane(name).style.zIndex = String(zIndex);
  map.getPane("towns").style.pointerEvents = "none";
}

/** Draws roads and names as they arrive; what does not come is left out, for the things of the map need neither. */
export async function showBaseMap(map, places = []) {
  makePanes(map);
  const [roads, towns] = await Promise.allSettled([read("/data/roads.json"), read("/data/base_map.json")]);
  if (roads.status === "fulfilled") showRoads(map, roads.value);
  if (towns.status === "fulfilled") showTownNames(map, towns.value.towns, places);
  return [roads, towns].every((part) => part.status === "fulfilled");
}

async function read(path) {
  const answer = await fetch(path, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}
