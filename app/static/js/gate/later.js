// Screens that come after the first load: their markup and styles stand in a page of their own, which the worker keeps as
// soon as the app is ready (SCREENS in worker.js). Opened for the first time, they are put into this page.
import { word } from "./words.js";

const PAGE = "/tablet/later";
let markup = null;

/** What js/gate/screens/`name`.js exports as `show`, a screen or a question, loaded when it is first asked for. */
export function later(name, show) {
  return async (gate, parameters) => {
    await (markup ??= loaded());
    return (await import(`./screens/${name}.js`))[show](gate, parameters);
  };
}

async function loaded() {
  try {
    const answer = await fetch(PAGE);
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    await Promise.all([...page.querySelectorAll("link[rel=stylesheet]")].map(styled));
    document.body.append(...page.querySelectorAll("template"));
    return true;
  } catch (error) {
    markup = null; // another time
    console.warn(error);
    throw Object.assign(new Error(word("screens_missing")), { isSaid: true });
  }
}

function styled(link) {
  return new Promise((resolve, reject) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", () => reject(new Error(link.href)));
    document.head.append(link);
  });
}

/** The words of a template with [data-text], as a function (name, values) that fills each {gap}. */
export function wordsOf(id) {
  const words = new Map([...document.getElementById(id).content.querySelectorAll("[data-text]")].map((each) => [each.dataset.text, each.textContent.trim().replace(/\s+/g, " ")]));
  return (name, values = {}) => (words.get(name) ?? name).replace(/\{(\w+)\}/g, (gap, key) => values[key] ?? gap);
}
