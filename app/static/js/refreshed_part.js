// A part of the page that is read again every so many seconds (data-refresh-s), quietly: not while the page is hidden,
// nor while somebody works in it: types, has a form open, has words to filter by or another order of a table.
for (const part of document.querySelectorAll("[data-refresh-s]")) {
  const fault = document.getElementById(part.dataset.errorPlace);
  const refresh = () => {
    const isTyping = part.matches(":focus-within") && document.activeElement?.matches("input, select, textarea");
    const isBusy = isTyping || part.querySelector("details[open] form, [data-ordered]") || [...part.querySelectorAll("input")].some((input) => input.value !== input.defaultValue);
    if (!document.hidden && !isBusy) htmx.trigger(part, "refresh");
  };
  setInterval(refresh, Number(part.dataset.refreshS) * 1000);
  document.addEventListener("visibilitychange", refresh);
  part.addEventListener("htmx:afterSwap", () => { fault.hidden = true; });
}
