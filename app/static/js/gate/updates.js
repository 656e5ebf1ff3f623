// Installs the service worker, and lets a new version of the app in when that costs nobody anything.
import { currentOperator, onOperator } from "./operators.js";
import { counts } from "./store.js";

const WORKER = "/tablet/worker.js";
const SCOPE = "/tablet";
const LOOK_EVERY_MS = 30 * 60_000;

// On a page that nobody has touched since it was opened, nobody is at work, however slowly it came.
let isTouched = false;
for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => (isTouched = true), { once: true, capture: true });

// A page that opens while another one lets the new version in is told before it has got far.
const isFirst = !navigator.serviceWorker?.controller;
navigator.serviceWorker?.addEventListener("message", ({ data }) => data.says === "taken over" && !isFirst && reloadWhenLeft());

/** Keep the app installed and up to date. `onReady(takeOver)` is called when a new version waits: it takes over by itself
 * where no record waits to be sent and nobody is at work on this page, and by `takeOver()` when somebody taps.
 * Resolves to true where the app works without a network from now on. */
export async function startUpdates({ onReady }) {
  if (!navigator.serviceWorker) return false;
  navigator.serviceWorker.addEventListener("message", ({ data }) => data.says === "new version" && look(onReady));
  const registration = await navigator.serviceWorker.register(WORKER, { scope: SCOPE, updateViaCache: "none" });
  const ready = await readiness(registration);
  const update = () => registration.update().catch(() => {}); // no network: another time
  setInterval(update, LOOK_EVERY_MS);
  document.addEventListener("visibilitychange", () => (document.hidden ? look(onReady) : update()));
  onOperator((operator) => operator || look(onReady));
  look(onReady);
  return ready;
}

/** Which caches there are, as the worker says: {own, inUse}; null without a worker. */
export async function versions(ask = { ask: "versions" }) {
  const worker = (await navigator.serviceWorker?.getRegistration(SCOPE))?.active;
  if (!worker) return null;
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    worker.postMessage(ask, [port2]);
  });
}

async function look(onReady) {
  const known = await versions();
  if (!known || known.own === known.inUse) return;
  const { unsent } = await counts();
  const isNobodysWork = document.hidden || !isTouched || !(await currentOperator());
  if (!unsent && isNobodysWork) await takeOver({ isTapped: false });
  else onReady(() => takeOver({ isTapped: true }));
}

async function takeOver({ isTapped }) {
  const known = await versions({ ask: "take over", isTapped });
  if (known?.own === known?.inUse) location.reload();
}

// Another tab has let the new version in. Where somebody is at work, this one has all its modules and goes on until nobody
// looks at it.
function reloadWhenLeft() {
  if (document.hidden || !isTouched) location.reload();
  else document.addEventListener("visibilitychange", () => location.reload(), { once: true });
}

async function readiness(registration) {
  const worker = registration.active ?? registration.installing ?? registration.waiting;
  if (!worker) return false;
  if (worker.state === "activated") return true;
  return new Promise((resolve) =>
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") resolve(true);
      if (worker.state === "redundant") resolve(false);
    }),
  );
}
