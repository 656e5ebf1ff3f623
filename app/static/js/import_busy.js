// What takes its time says so: the form's own notice appears with the seconds that have passed, its buttons are off.
for (const form of document.querySelectorAll("form[data-busy]")) {
  const notice = document.getElementById(form.dataset.busy);
  let ticking = 0;
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented || ticking) return;
    notice.hidden = false;
    const seconds = document.createElement("span");
    seconds.className = "number";
    notice.querySelector(".state-progress").append(seconds);
    const begun = Date.now();
    ticking = setInterval(() => {
      seconds.textContent = `${Math.round((Date.now() - begun) / 1000)} s`;
    }, 1000);
    // after the browser has taken what the form sends
    setTimeout(() => setButtons(form, true));
  });
  window.addEventListener("pageshow", () => {
    clearInterval(ticking);
    ticking = 0;
    notice.hidden = true;
    notice.querySelector(".state-progress > .number")?.remove();
    setButtons(form, false);
  });
}

function setButtons(form, off) {
  for (const button of form.querySelectorAll("button")) button.disabled = off;
}
