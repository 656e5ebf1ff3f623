// The printable sheet: one button.
document.getElementById("print-sheet").addEventListener("click", () => window.print());
