// Where the phone stands goes with an inspection, as far as its person allows; without it the form is sent all the same.
const place = document.querySelector("[data-position]");
const shown = place.querySelector("output");
const inputs = Object.fromEntries([...place.querySelectorAll("input")].map((input) => [input.name, input]));

place.querySelector("button").addEventListener("click", ask);
if (inputs.lon.value) show(Number(inputs.accuracy_m.value));

function ask() {
  shown.textContent = place.dataset.waiting;
  if (!navigator.geolocation) return refused();
  navigator.geolocation.getCurrentPosition(found, refused, { enableHighAccuracy: true, timeout: 20_000 });
}

function found({ coords }) {
  inputs.lon.value = coords.longitude;
  inputs.lat.value = coords.latitude;
  inputs.accuracy_m.value = coords.accuracy;
  inputs.lon.dispatchEvent(new Event("change", { bubbles: true }));
  show(coords.accuracy);
}

function show(accuracy) {
  shown.textContent = place.dataset.found.replace("{m}", Math.round(accuracy));
}

function refused() {
  shown.textContent = place.dataset.refused;
}
