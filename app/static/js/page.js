// What every page does: dialogs, menus that close, the focus on what is wrong, one submission at a time.
for (const opener of document.querySelectorAll("[data-opens]")) {
  opener.addEventListener("click", () => document.getElementById(opener.dataset.opens).showModal());
}
for (const closer of document.querySelectorAll("dialog [data-closes]")) {
  closer.addEventListener("click", () => closer.closest("dialog").close());
}
// A form that asks first: its dialog says what will happen; the same button sends it once that is confirmed. It stands
// before all other listeners, so that what is not confirmed counts as not sent.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!form.dataset.confirms || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const dialog = document.getElementById(form.dataset.confirms);
    const button = event.submitter;
    dialog.querySelector("[data-confirmed]").onclick = () => {
      form.dataset.confirmed = "1";
      dialog.close();
      form.requestSubmit(button);
      delete form.dataset.confirmed;
    };
    dialog.addEventListener("close", () => button?.focus(), { once: true });
    dialog.showModal();
  },
  { capture: true },
);
for (const button of document.querySelectorAll("[data-prints]")) button.addEventListener("click", () => window.print());

document.querySelector("[data-focus]")?.focus();

// A menu closes when one clicks elsewhere or presses Escape; the focus goes back to what opened it.
const menus = [...document.querySelectorAll("details.menu")];
document.addEventListener("click", (event) => {
  for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus.filter((open) => open.open)) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A second click while the answer is on its way sends nothing again; coming back by the browser's own way allows it.
for (const form of document.querySelectorAll("form[method=post]:not([target])")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});
