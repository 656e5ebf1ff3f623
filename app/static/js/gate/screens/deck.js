// The live weight on a screen: figure, state in words, colour and shape, why it cannot be taken, the camera beside it.
import { say, sayOr, timeOf, whole } from "../format.js";
import { NO_AGENT, newNonce, takeWeight, watchScale } from "../scale.js";
import { addAttachment } from "../store.js";
import { act, choices, numberKeys, piece, put, slot } from "./parts.js";
import { cameraAllowed, canvasOf, jpegOf, openCamera, shotOf } from "./camera.js";
import { showFault } from "./ticket_parts.js";

const SCALE_KEPT = "scale";

/** Watch the scale on this screen. `hints(kg, scale)` gives what is said of a weight, `taken(weighing)` goes on with it,
 *  `pending` {key, get, set} keeps under the key of a draft the nonce that is asked with. While its answer has not come
 *  the agent is asked again as soon as it is heard, whatever stands on the deck by now; what comes back is shown with its
 *  own kg as taken before, and goes on with a tap. Returns {end, take, type, scale}. */
export async function watchDeck(gate, screen, { hints, pending, taken }) {
  const { scales } = gate.notebook;
  let scale = scales.find((each) => each.id === pending.get()?.scale_id) ?? scales.find((each) => each.id === localStorage.getItem(SCALE_KEPT)) ?? scales[0] ?? null;
  let deck = { state: "asking", kg: null, may_take: false, why_not: null };
  let address = null;
  let unwatch = null;
  let busy = false;
  let before = null; // {kg, payload, signature}: taken, but its answer came only now
  act(screen, { anew });
  const camera = await cameraOf(screen);
  if (scales.length > 1) slot(screen, "scales").append(choices(scales.map((each) => [each.id, each.name]), scale?.id, (id) => watch(scales.find((each) => each.id === id))));
  watch(scale);
  return { end, take, type, scale: () => scale };

  function watch(chosen) {
    unwatch?.();
    scale = chosen;
    const addresses = scale?.addresses?.length ? scale.addresses : [scale?.address].filter(Boolean);
    if (!addresses.length) return seen(NO_AGENT);
    localStorage.setItem(SCALE_KEPT, scale.id);
    unwatch = watchScale(addresses, (state, from) => {
      address = from;
      seen(state);
      if (state !== NO_AGENT) askAgain();
    });
    seen({ state: "asking", kg: null, may_take: false, why_not: null });
  }

  function seen(state) {
    deck = state;
    const live = slot(screen, "live");
    put(screen, { anew: !!before });
    if (before) return showBefore(live);
    live.dataset.state = state.may_take ? "ready" : state.state;
    const why = state.may_take || !state.why_not ? null : sayOr(`why-${state.why_not}`, say("why-other", { why: state.why_not }));
    put(screen, { state: sayOr(`scale-${state.state}`, state.state), why, scale: scale?.name ?? null });
    slot(screen, "kg").textContent = state.kg == null ? "– – –" : whole(state.kg);
    put(screen, { take: state.may_take ? say("take-kg", { kg: whole(state.kg) }) : say("take-in") });
    screen.querySelector("[data-do=take]").disabled = !state.may_take || busy;
    hints(state.kg, scale, state.zero_off_kg);
  }

  function showBefore(live) {
    live.dataset.state = "ready";
    slot(screen, "kg").textContent = whole(before.kg);
    const { taken_at } = JSON.parse(before.payload);
    put(screen, { state: say("scale-before"), why: taken_at ? timeOf(taken_at) : null, scale: scale.name, take: say("take-kg", { kg: whole(before.kg) }) });
    screen.querySelector("[data-do=take]").disabled = busy;
    hints(before.kg, scale);
  }

  async function take() {
    if (busy || !(before || deck.may_take)) return;
    await locked(async () => {
      // No photo of what was taken before: another truck may stand there now.
      if (before) return goOnWith(before, null);
      const shot = camera.shot();
      const kept = keptNonce();
      const answer = await asked(kept ?? newNonce());
      if (answer.why_not) showFault(screen, say("refused-take", { why: sayOr(`why-${answer.why_not}`, answer.why_not) }));
      else if (kept) before = answer;
      else await goOnWith(answer, shot);
    });
  }

  async function askAgain() {
    if (busy || before || !keptNonce()) return;
    await locked(async () => {
      const answer = await asked(keptNonce());
      if (!answer.why_not) before = answer;
    });
  }

  async function anew() {
    await pending.set(null);
    before = null;
    seen(deck);
  }

  async function locked(action) {
    busy = true;
    screen.querySelector("[data-do=take]").disabled = true;
    try {
      await action();
    } finally {
      busy = false;
      if (screen.isConnected) seen(deck);
    }
  }

  function keptNonce() {
    const kept = pending.get();
    return kept?.scale_id === scale?.id ? (kept?.nonce ?? null) : null;
  }

  // An agent that says why there is no weight has not taken one for this nonce.
  async function asked(nonce) {
    await pending.set({ nonce, scale_id: scale.id });
    const answer = await takeWeight(address, nonce);
    if (answer.why_not && answer.why_not !== "no-agent") await pending.set(null);
    return answer.why_not ? answer : { ...answer, kg: JSON.parse(answer.payload).kg };
  }

  async function goOnWith({ kg, payload, signature }, shot) {
    await gate.forgetAsked(pending.key);
    await taken({ source: "scale", kg, scale_id: scale.id, payload, signature }, await photosOf(shot));
  }

  async function type() {
    const shot = camera.shot();
    const typed = await askTyped(scale);
    if (typed) await taken({ source: "typed", kg: typed.kg, scale_id: scale?.id ?? null, reason: typed.reason }, await photosOf(shot));
  }

  async function photosOf(shot) {
    if (!shot) return [];
    try {
      return [await addAttachment(await jpegOf(shot))];
    } catch (error) {
      gate.lost = error; // a weight is never lost for a photo
      return [];
    }
  }

  function end() {
    unwatch?.();
    camera.end();
  }
}

async function cameraOf(screen) {
  const video = slot(screen, "video");
  const picture = slot(screen, "shot");
  let close = null;
  let chosen = null;
  const open = async () => {
    close = await openCamera(video);
    video.hidden = !close;
    put(screen, { camera: !close, "camera-state": close ? null : say("photo-off") });
  };
  act(screen, { camera: open });
  slot(screen, "file").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    chosen = await canvasOf(file).catch(() => null);
    picture.hidden = !chosen;
    if (chosen) picture.src = URL.createObjectURL(await jpegOf(chosen));
    put(screen, { "camera-state": say(chosen ? "photo-taken" : "photo-off") });
  });
  put(screen, { "camera-state": null });
  if (await cameraAllowed()) open();
  return { shot: () => (close && shotOf(video)) || chosen, end: () => close?.() };
}

/** Ask for a weight by hand: resolves to {kg, reason}, or null. */
function askTyped(scale) {
  const dialog = piece("dialog-typed");
  document.body.append(dialog);
  const other = slot(dialog, "other");
  const enter = dialog.querySelector("[data-do=enter]");
  let kg = null;
  let reason = null;
  const keys = numberKeys(slot(dialog, "keys"), { most: 6, typed: (text) => { kg = text ? Number(text) : null; look(); } });
  keys.keys.querySelector("[data-key='enter']").hidden = true;
  const reasons = [...dialog.querySelector("[data-reasons]").content.children].map((each) => [each.dataset.value, each.textContent]);
  slot(dialog, "reasons").append(choices(reasons, null, (value) => {
    other.hidden = value !== "other";
    reason = value === "other" ? null : reasons.find(([name]) => name === value)[1];
    if (value === "other") other.focus();
    look();
  }));
  other.addEventListener("input", look);
  look();
  return new Promise((resolve) => {
    let answer = null;
    act(dialog, { cancel: () => dialog.close(), enter: () => { answer = { kg, reason: why() }; dialog.close(); } });
    dialog.addEventListener("close", () => {
      keys.end();
      dialog.remove();
      resolve(answer);
    });
    dialog.showModal();
  });

  function why() {
    return reason ?? (other.hidden ? null : other.value.trim() || null);
  }

  function look() {
    let fault = null;
    if (kg && scale?.capacity_kg && kg > scale.capacity_kg) fault = say("too-much", { value: whole(kg) });
    else if (kg && scale?.division_kg && kg % scale.division_kg) fault = say("off-division", { kg: scale.division_kg });
    put(dialog, { fault });
    enter.disabled = !kg || !!fault || !why();
  }
}
