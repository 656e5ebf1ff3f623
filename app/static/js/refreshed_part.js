// A part of the page that is read again every so many seconds (data-refresh-s), quietly: not while the page is hidden,
// nor while somebody works in it.
for (const part of document.querySelectorAll("[data-refresh-s]")) {
  const fault = document.getElementById(part.dataset.errorPlace);
  const refresh = () => {
    const isBusy = part.matches(":focus-within") && document.activeElement?.matches("input, select, textarea");
    if (!document.hidden && !isBusy) htmx.trigger(part, "refresh");
  };
  setInterval(refresh, Number(part.dataset.refreshS) * 1000);
  document.addEventListener("visibilitychange", refresh);
  part.addEventListener("htmx:afterSwap", () => { fault.hidden = true; });
}
