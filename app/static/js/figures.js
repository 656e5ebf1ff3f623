// The strip of figures: what the day comes to, and how far it can be from the best.
import { count, decimal, t, tonnes, MISSING } from "./texts.js";
import { make } from "./elements.js";

export function showFigures(element, day) {
  const figures = day.figures;
  const put = (name, ...parts) => element.querySelector(`[data-figure="${name}"]`).replaceChildren(...parts);
  const small = (text) => make("small", { text });
  put("hauled", tonnes(figures.hauled_t), small(` / ${tonnes(figures.wanted_t)}`));
  if (figures.yuan_per_t == null) put("cost", small(t("not planned")));
  else put("cost", t("{yuan} yuan/t", { yuan: count(figures.yuan_per_t) }), small(` · ${boundText(figures)}`));
  put("loaded", count(figures.loaded_km));
  put("empty", count(figures.empty_km), emptyShare(figures, small));
  put("baled", tonnes(figures.baled_t));
  put("machines", ...machines(figures, day, small));
  put("unserved", tonnes(figures.unserved_t));
  element.querySelector("#unserved-figure").classList.toggle("has-unserved", figures.unserved_t > 0.05);
  element.setAttribute("aria-busy", "false");
}

/** Empties the strip while another day is read, so that no figure stands under the wrong date. */
export function clearFigures(element) {
  for (const output of element.querySelectorAll("output")) output.replaceChildren(MISSING);
  element.querySelector("#unserved-figure").classList.remove("has-unserved");
  element.setAttribute("aria-busy", "true");
}

// A bound of nothing bounds nothing: then no percentage is shown.
const boundText = (figures) =>
  figures.gap_percent == null || !(figures.lower_bound_yuan > 0) ? t("no bound") : t("at most {gap} % above the bound", { gap: decimal(figures.gap_percent) });

function emptyShare({ loaded_km, empty_km }, small) {
  if (empty_km == null || !(loaded_km + empty_km > 0)) return "";
  return small(` ${count((100 * empty_km) / (loaded_km + empty_km))} %`);
}

function machines(figures, day, small) {
  if (!day.isDetailed) return [small(t("not planned"))];
  return [count(figures.trucks_used), small(`/${count(day.county.trucks.length)} · `), count(figures.balers_used), small(`/${count(day.county.balers.length)}`)];
}
