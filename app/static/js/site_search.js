// The search in the top bar: "/" goes there from anywhere, arrows move through what was found, Escape closes it.
const box = document.getElementById("site-search");
const found = document.getElementById("site-search-found");
const search = box.closest(".site-search");
const links = () => [...found.querySelectorAll("a")];

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  event.preventDefault();
  box.focus();
  box.select();
});
found.addEventListener("htmx:afterSwap", () => {
  found.hidden = found.childElementCount === 0 || document.activeElement !== box;
});
box.addEventListener("input", () => {
  if (box.value.trim() === "") close();
});
box.addEventListener("focus", () => {
  if (box.value.trim() && found.childElementCount) found.hidden = false;
});
search.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !found.hidden) {
    event.preventDefault();
    event.stopPropagation();
    box.focus();
    close();
  }
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || found.hidden) return;
  event.preventDefault();
  event.stopPropagation();
  const stops = [box, ...links()];
  stops[(stops.indexOf(document.activeElement) + by + stops.length) % stops.length].focus();
});
document.addEventListener("click", (event) => {
  if (!search.contains(event.target)) close();
});
search.addEventListener("focusout", (event) => {
  if (event.relatedTarget && !search.contains(event.relatedTarget)) close();
});

function close() {
  found.hidden = true;
}
