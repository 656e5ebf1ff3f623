// The gate's app: which screen stands, by the address after the hash; who works; what every screen may ask for.
import { sayOr } from "./format.js";
import { mergedTickets, yardFill } from "./flow.js";
import { currentOperator } from "./operators.js";
import { draft, drafts, dropDraft, newRecord, notebook, notebookReadAt, onChange, outboxEntries, saveDraft } from "./store.js";
import { linkState, onLinkState, sendNow } from "./sync.js";
import { later } from "./later.js";
import { roundAfter, WALKED } from "./rounds.js";
import { act, piece, put, show } from "./screens/parts.js";
import { kept } from "./screens/ticket_parts.js";
import { showPeople } from "./screens/people.js";
import { showGate } from "./screens/gate.js";
import { showPlate } from "./screens/plate.js";
import { showLoad } from "./screens/load.js";
import { showWeigh } from "./screens/weigh.js";
import { showCount } from "./screens/count.js";
import { showMoisture } from "./screens/moisture.js";
import { showStack } from "./screens/stack.js";
import { showFinish } from "./screens/finish.js";
import { showTicket } from "./screens/ticket.js";
import { showTare } from "./screens/tare.js";
import { showUnsent } from "./screens/unsent.js";
import { showScan } from "./screens/scan.js";
import { showField } from "./screens/field.js";

const KEPT_DAYS = 30;
const FRESH_POSITION_MS = 10 * 60_000;
const SCREENS = {
  "": showGate, out: showGate, day: showGate, yard: showGate,
  plate: showPlate, load: showLoad, tare: showTare, move: later("yard", "showMove"),
  count: later("stock_count", "showStockCount"), close: later("stock_count", "showStockCount"),
  care: later("yard", "showCare"), watch: later("yard", "showWatch"), inspect: later("inspect", "showInspect"),
  heat: later("heat", "showHeat"),
  card: later("ready", "showCard"), equipment: later("ready", "showEquipment"),
  patrol: later("patrol", "showPatrol"), visitors: later("visitors", "showVisitors"), unsent: showUnsent, scan: showScan, field: showField,
};
const STEPS = {
  weigh: showWeigh, out: showWeigh, count: showCount, moisture: showMoisture, stack: showStack, finish: showFinish,
  ticket: showTicket,
};

const main = document.getElementById("gate");
let ending = null;
let shown = 0;
let cover = null;
let position = null;

/** What screens get: where they stand, what is known, and how to go on. */
const gate = {
  main,
  notebook: null,
  operator: null,
  note: null,
  lost: null,
  go(address) {
    if (location.hash === `#/${address}`) return open();
    location.hash = `#/${address}`;
  },
  home(note = null) {
    gate.note = note;
    gate.go("");
  },
  async tickets() {
    const own = (await drafts()).filter(({ key }) => key.startsWith("ticket:")).map(({ value }) => value);
    return mergedTickets(own, gate.notebook);
  },
  async ticket(id) {
    return (await gate.tickets()).find((each) => each.id === id) ?? null;
  },
  /** How full the yard is, with what waits here to be sent or was closed since the notebook was read. */
  async fill() {
    if (!gate.notebook.stock) return null;
    const unsent = new Set((await outboxEntries()).filter(({ kind }) => kind === "closing").map(({ record }) => record.body.ticket_id));
    const read_at = await notebookReadAt();
    return yardFill((await gate.tickets()).filter((each) => unsent.has(each.id) || each.closed_at > read_at), gate.notebook);
  },
  /** Which round comes next, with what was walked here since the notebook was read. */
  round: async () => roundAfter(gate.notebook.patrol, await draft(WALKED)),
  save: (ticket) => saveDraft(`ticket:${ticket.id}`, ticket),
  drop: (ticket) => dropDraft(`ticket:${ticket.id}`),
  /** The deck has given this draft's load its weight: what others asked for and never heard of is no longer waited for,
   *  since their nonce would now take the weight of the truck that stands there. */
  async forgetAsked(but) {
    for (const { key, value } of await drafts()) {
      if (key === but) continue;
      if (key.startsWith("ticket:") && value.pending) await saveDraft(key, { ...value, pending: null });
      if (key.startsWith("tare:")) await dropDraft(key);
    }
  },
  draft,
  saveDraft,
  dropDraft,
  /** Make a record; an id that is there already means that a crash came in between: it was made. */
  async record(kind, body, options = {}) {
    try {
      return await newRecord(kind, body, { where: gate.where(), ...options });
    } catch (error) {
      if (error.name === "ConstraintError" && options.id) return { id: options.id };
      throw error;
    }
  },
  where() {
    if (!position || Date.now() - position.timestamp > FRESH_POSITION_MS) return null;
    const { longitude, latitude, accuracy } = position.coords;
    return { lon: longitude, lat: latitude, accuracy_m: Math.round(accuracy) };
  },
  lock: () => coverWithPeople(),
};

begin();

async function begin() {
  main.classList.add("gate");
  show(main, piece("screen-loading"));
  gate.notebook = await notebook();
  gate.operator = await currentOperator();
  addEventListener("hashchange", open);
  onChange(heard);
  onLinkState(() => main.dispatchEvent(new CustomEvent("gate:link")));
  document.addEventListener("gate:show", ({ detail }) => gate.go(detail));
  await dropOld();
  await open();
  watchPosition();
}

async function open() {
  const mine = ++shown;
  ending?.();
  ending = null;
  if (!gate.notebook) return showNothing();
  if (gate.notebook.place.kind === "body" && ["", "out", "day", "yard"].includes(parts()[0])) return enter(showField, {}, mine);
  if (!gate.operator && gate.notebook.place.kind !== "body") coverWithPeople();
  const [first, id, step] = parts();
  if (first === "t") return enter(STEPS[step] ?? showTicket, { id, step }, mine);
  if (first === "people") {
    history.replaceState(null, "", "#/");
    coverWithPeople();
  }
  return enter(SCREENS[first] ?? showGate, { tab: first in SCREENS ? first : "", id, rest: parts().slice(1) }, mine);
}

async function enter(screen, parameters, mine) {
  try {
    const end = await screen(gate, parameters);
    if (mine !== shown) return end?.();
    ending = end ?? null;
    sayLost();
  } catch (error) {
    console.error(error);
    if (mine === shown) showFailed(error);
  }
}

// What was lost on the screen before, which went on without it.
function sayLost() {
  const { lost } = gate;
  if (!lost || !main.querySelector("[data-slot=faults]")) return;
  gate.lost = null;
  kept(main, () => { throw lost; });
}

const parts = () => location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);

async function heard({ what }) {
  if (what === "notebook") {
    const first = !gate.notebook;
    gate.notebook = await notebook();
    if (first) open();
    else main.dispatchEvent(new CustomEvent("gate:news"));
  }
  if (what === "operator") {
    gate.operator = await currentOperator();
    if (gate.operator || gate.notebook?.place.kind === "body") uncover();
    else if (gate.notebook) coverWithPeople();
  }
  if (what === "drafts" || what === "records") main.dispatchEvent(new CustomEvent("gate:news"));
}

// Whoever comes next signs in over the screen that stands: nothing of it is lost.
function coverWithPeople() {
  if (cover) return;
  cover = document.createElement("div");
  cover.className = "gate gate-cover";
  main.after(cover);
  main.inert = true;
  main.hidden = true;
  showPeople(gate, cover, async () => {
    gate.operator = await currentOperator();
    uncover();
  });
}

function uncover() {
  cover?.remove();
  cover = null;
  main.inert = false;
  main.hidden = false;
}

function showNothing() {
  const screen = show(main, piece("screen-nothing"));
  const say_link = ({ state, problem }) => put(screen, { link: problem?.what ?? sayOr(`link-${state}`, "") });
  say_link(linkState());
  ending = onLinkState(say_link);
  act(screen, { fetch: () => sendNow() });
}

function showFailed(error) {
  const screen = show(main, piece("screen-failed"));
  put(screen, { what: error.isSaid ? error.message : `${error.name}: ${error.message}` });
  act(screen, { home: () => gate.home(), reload: () => location.reload() });
}

// What was closed long ago is on the server; drafts that were never weighed are gone after a month as well.
async function dropOld() {
  const before = new Date(Date.now() - KEPT_DAYS * 86_400_000).toISOString();
  for (const { key, value } of await drafts()) {
    if (key.startsWith("ticket:") && (value.closed_at || !value.opened) && value.made_at < before) await dropDraft(key);
  }
}

async function watchPosition() {
  const allowed = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
  if (!navigator.geolocation || allowed?.state === "denied") return;
  navigator.geolocation.watchPosition((found) => { position = found; }, () => {}, { maximumAge: 60_000, enableHighAccuracy: true });
}

