// What the core says to people, in the language of the page: the words stand in templates/tablet/shell.html.
const kept = document.getElementById("gate-words");
const words = kept ? JSON.parse(kept.textContent) : {};

/** The text with this name, each {gap} filled from `values`. */
export function word(name, values = {}) {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (gap, key) => (key in values ? values[key] : gap));
}
