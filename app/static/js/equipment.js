// Ticks all pieces of a kind, and unticks them again.
for (const button of document.querySelectorAll("[data-ticks-all]")) {
  button.addEventListener("click", () => {
    const boxes = [...button.form.querySelectorAll("[name=piece]")];
    const ticked = !boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = ticked;
  });
}
