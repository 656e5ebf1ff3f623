// The keys of a PIN type into the field that was touched last, and send when it has all its digits.
for (const keypad of document.querySelectorAll("[data-keypad]")) {
  const form = keypad.closest("form");
  const fields = [...form.querySelectorAll(".pin-input")];
  let field = fields[0];
  for (const each of fields) {
    each.addEventListener("focus", () => { field = each; });
    each.addEventListener("input", () => whenFull(each));
    // The tablet's own keys would cover ours; a keyboard that is really there still types.
    if (matchMedia("(pointer: coarse)").matches) each.inputMode = "none";
  }
  keypad.hidden = false;
  keypad.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (!key) return;
    if (key === "clear") field.value = "";
    else if (key === "back") field.value = field.value.slice(0, -1);
    else if (field.value.length < field.maxLength) field.value += key;
    whenFull(field);
  });

  function whenFull(full) {
    if (full.value.length < full.maxLength) return;
    const next = fields[fields.indexOf(full) + 1];
    if (next) next.focus();
    else if (form.dataset.sendsAt) form.requestSubmit();
  }
}
