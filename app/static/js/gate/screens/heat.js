// How hot the stacks are, measured by hand, and smoke. All of it without a network.
import { whenOf } from "../format.js";
import { wordsOf } from "../later.js";
import { outboxEntries } from "../store.js";
import { make } from "../../elements.js";
import { act, askChoice, choices, numberKeys, piece, put, show, slot } from "./parts.js";
import { takePhotos } from "./photo_keys.js";
import { kept } from "./ticket_parts.js";

const DEPTHS_CM = [50, 100, 150, 200];
const NEW_PLACES = 4; // offered beside those where it was measured before
const USUAL_DC = [-100, 900]; // beyond, somebody should look twice
const tell = wordsOf("heat-texts");
const celsius = (dc) => (dc / 10).toFixed(1);

/** #/heat: the stacks; #/heat/ID: one of them. */
export async function showHeat(gate, { rest: [id] }) {
  const stacks = gate.notebook.heat ?? [];
  const heat = stacks.find((each) => each.stack_id === id);
  return heat ? showStack(gate, heat) : showStacks(gate, stacks);
}

async function showStacks(gate, stacks) {
  const screen = show(gate.main, piece("screen-heat"));
  act(screen, { back: () => gate.go("yard") });
  const note = gate.note;
  gate.note = null;
  put(screen, { kept: note, nothing: stacks.length ? null : tell("nothing") });
  await fill();
  gate.main.addEventListener("gate:news", fill);
  return () => gate.main.removeEventListener("gate:news", fill);

  async function fill() {
    const unsent = new Set((await outboxEntries()).filter(({ kind }) => kind === "heat_reading").map(({ record }) => record.body.stack_id));
    slot(screen, "stacks").replaceChildren(...(gate.notebook.heat ?? []).map((heat) => tile(gate, heat, unsent.has(heat.stack_id))));
  }
}

function tile(gate, heat, isUnsent) {
  return make(
    "button",
    { type: "button", className: "tile heat-tile", data: { level: String(heat.level) }, on: { click: () => gate.go(`heat/${heat.stack_id}`) } },
    make("strong", { text: `${nameOf(gate, heat)} · ${levelText(heat)}` }),
    make("small", { text: isUnsent ? tell("unsent") : lastText(heat) }),
    isUnsent ? null : make("small", { className: isLate(heat) ? "late" : "", text: tell(isLate(heat) ? "late" : "due", { time: whenOf(heat.due_at) }) }),
  );
}

async function showStack(gate, heat) {
  const screen = show(gate.main, piece("screen-heat-stack"));
  const key = `heat:${heat.stack_id}`;
  const state = { place: null, depth_cm: 150, readings: [], photos: [], ...(await gate.draft(key)) };
  const fresh = Array.from({ length: NEW_PLACES }, (_, index) => `P${index + 1}`);
  const places = [...new Set([...heat.places, ...fresh])].slice(0, Math.max(NEW_PLACES, heat.places.length));
  state.place ??= places[0];
  put(screen, { title: nameOf(gate, heat), level: levelText(heat), when: [lastText(heat), tell(isLate(heat) ? "late" : "due", { time: whenOf(heat.due_at) })].join(" · "), strange: null });
  slot(screen, "level").dataset.level = String(heat.level);
  for (const name of ["tasks", "forbidden"]) slot(screen, name).append(...(heat[name] ?? []).map((text) => make("li", { text })));
  slot(screen, "places").append(choices(places.map((each) => [each, each]), state.place, (place) => keep({ place })));
  slot(screen, "depths").append(choices(DEPTHS_CM.map((each) => [each, tell("depth", { depth: each })]), state.depth_cm, (depth_cm) => keep({ depth_cm })));
  const keys = numberKeys(slot(screen, "keys"), { most: 5, point: true, typed: warn, entered: add });
  act(screen, {
    back: () => gate.go("heat"),
    enter,
    smoke,
    away: (button) => keep({ readings: state.readings.filter((_, index) => index !== Number(button.dataset.index)) }),
  });
  takePhotos(screen, screen, (sha) => keep({ photos: [...state.photos, sha] }));
  look();
  return keys.end;

  function warn(text) {
    const dc = Math.round(Number(text) * 10);
    put(screen, { strange: text && (dc < USUAL_DC[0] || dc > USUAL_DC[1]) ? tell("strange", { celsius: text }) : null });
    look();
  }

  // The same place again is a better reading of it.
  function add(text, set) {
    const temperature_dc = Math.round(Number(text) * 10);
    if (!text || temperature_dc > 15_000) return;
    const reading = { place: state.place, temperature_dc, depth_cm: state.depth_cm };
    const next = places[(places.indexOf(state.place) + 1) % places.length];
    keep({ readings: [...state.readings.filter((each) => each.place !== reading.place), reading], place: next });
    for (const each of slot(screen, "places").querySelectorAll(".choice")) each.setAttribute("aria-pressed", String(each.textContent === next));
    set("");
  }

  function keep(what) {
    Object.assign(state, what);
    gate.saveDraft(key, { ...state });
    look();
  }

  function look() {
    slot(screen, "readings").replaceChildren(
      ...state.readings.map((each, index) => make("li", {}, tell("reading", { place: each.place, depth: each.depth_cm, celsius: celsius(each.temperature_dc) }), " ", make("button", { type: "button", className: "key key-small", data: { do: "away", index: String(index) }, aria: { label: `✕ ${each.place}` }, text: "✕" }))),
    );
    put(screen, { photos: state.photos.length ? tell("photos", { n: state.photos.length }) : null });
    screen.querySelector("[data-do=enter]").disabled = !state.readings.length && !state.photos.length && !keys.value();
  }

  async function enter() {
    if (keys.value()) add(keys.value(), keys.set);
    await kept(screen, async () => {
      if (state.readings.length) await gate.record("heat_reading", { stack_id: heat.stack_id, readings: state.readings });
      if (state.photos.length) await gate.record("stack_picture", { stack_id: heat.stack_id, photos: state.photos }, { attachments: state.photos });
      await gate.dropDraft(key);
      gate.note = tell("kept");
      gate.go("heat");
    });
  }

  async function smoke() {
    if ((await askChoice("dialog-smoke", { stack: nameOf(gate, heat) })) !== "smoke") return;
    await kept(screen, async () => {
      await gate.record("smoke", { stack_id: heat.stack_id });
      gate.note = tell("smoke-kept", { stack: nameOf(gate, heat) });
      gate.go("heat");
    });
  }
}

const nameOf = ({ notebook }, { stack_id }) => notebook.stacks.find((each) => each.id === stack_id)?.name ?? stack_id;
const isLate = ({ due_at }) => due_at < new Date().toISOString();
const lastText = ({ hottest_dc, measured_at }) => (hottest_dc == null ? tell("never") : tell("last", { celsius: celsius(hottest_dc), time: whenOf(measured_at) }));
const levelText = ({ words, why }) => [words, ...why.map((each) => [each.words, each.place, each.temperature_dc == null ? null : `${celsius(each.temperature_dc)} °C`].filter(Boolean).join(" "))].join(" · ");
