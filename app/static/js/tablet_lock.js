// Locks the page when nobody has touched it for as long as the server lets a PIN rest; what was typed stays as it is.
const lock = document.getElementById("tablet-lock");
const idleMs = 1000 * Number(lock.dataset.idleS);
const form = lock.querySelector("form");
const pin = form.querySelector(".pin-input");
const fault = document.getElementById("lock-fault");
let touchedAt = Date.now();
let toldAt = Date.now();

for (const kind of ["pointerdown", "keydown", "input"]) {
  document.addEventListener(kind, touched, { capture: true, passive: true });
}
// Timers rest while the tablet sleeps: the clock is looked at when it wakes.
document.addEventListener("visibilitychange", look);
setInterval(look, Math.min(15_000, idleMs / 4));
lock.addEventListener("cancel", (event) => event.preventDefault());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  unlock();
});

function touched() {
  if (lock.open) return;
  look();
  if (lock.open) return;
  touchedAt = Date.now();
  // Whoever types a long time without sending is at work too.
  if (touchedAt - toldAt > idleMs / 3) tell();
}

function look() {
  if (!lock.open && Date.now() - touchedAt >= idleMs) show();
}

function show() {
  pin.value = "";
  fault.hidden = true;
  lock.showModal();
  pin.focus();
}

async function tell() {
  toldAt = Date.now();
  try {
    const answer = await fetch(lock.dataset.sessionAddress, { headers: { Accept: "application/json" } });
    if (answer.ok && !(await answer.json()).signed_in) show();
  } catch {
    // Without a network the tablet goes on; the server asks for the PIN when it is there again.
  }
}

async function unlock() {
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  const body = new URLSearchParams({ pin: pin.value });
  try {
    const answer = await fetch(lock.dataset.unlockAddress, {
      method: "POST",
      headers: { "X-CSRFToken": form.querySelector("[name=csrf_token]").value },
      body,
    });
    const said = await answer.json();
    if (answer.ok) {
      touchedAt = toldAt = Date.now();
      lock.close();
    } else {
      complain(said.what ?? said.error.what);
    }
  } catch {
    complain(lock.dataset.unreached);
  }
  pin.value = "";
  delete form.dataset.busy;
}

function complain(text) {
  fault.textContent = text;
  fault.hidden = false;
}
